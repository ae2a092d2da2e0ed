// Arrow keys, space and page keys turn the slides.
const slides = [...document.querySelectorAll(".slide")];
const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
addEventListener("keydown", event => {
  if (!(event.key in steps) || event.target !== document.body) return;
  event.preventDefault();
  const nearest = slides.map(slide => Math.abs(slide.getBoundingClientRect().top));
  const now = nearest.indexOf(Math.min(...nearest));
  slides[Math.min(Math.max(now + steps[event.key], 0), slides.length - 1)].scrollIntoView();
});
