// The content of each slide is made as large as fits it, and is printed so too.
const slides = [...document.querySelectorAll(".slide")];
const printed = { width: "1277px", height: 710 };    // 13.3 by 7.4 inches
const wide = element => element.scrollWidth > element.clientWidth + 1;
const fit = (height = innerHeight) => slides.forEach(slide => {
  const flow = slide.querySelector(".flow");
  if (!flow) return;
  const boxes = [flow, ...flow.querySelectorAll(".scroll")];
  for (let zoom = 1.8; zoom > 0.3; zoom -= 0.05) {
    flow.style.zoom = zoom;
    if (slide.scrollHeight <= height && !boxes.some(wide)) return;
  }
});
fit();
addEventListener("resize", () => fit());
addEventListener("beforeprint", () => {
  slides.forEach(slide => { slide.style.width = printed.width; slide.style.minHeight = 0; });
  fit(printed.height);
});
addEventListener("afterprint", () => {
  slides.forEach(slide => { slide.style.width = ""; slide.style.minHeight = ""; });
  fit();
});
// Arrow keys, space and page keys turn the slides.
const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
addEventListener("keydown", event => {
  if (!(event.key in steps) || event.target !== document.body) return;
  event.preventDefault();
  const nearest = slides.map(slide => Math.abs(slide.getBoundingClientRect().top));
  const now = nearest.indexOf(Math.min(...nearest));
  slides[Math.min(Math.max(now + steps[event.key], 0), slides.length - 1)].scrollIntoView();
});
