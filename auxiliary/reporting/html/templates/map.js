// The image nearest to the pointer is shown beside the map; arrow keys step through the images, mistakes first.
for (const map of document.querySelectorAll(".map")) {
  const plane = map.querySelector("svg"), shown = map.querySelector(".shown");
  const [picture, words] = shown.children, across = +map.style.getPropertyValue("--across");
  const points = [...plane.querySelectorAll("g")].map((group, number) => {
    const { e: x, f: y } = group.transform.baseVal[0].matrix, title = group.querySelector("title");
    // Otherwise the browser shows it as well.
    title.remove();
    return { x, y, text: title.textContent, column: number % across, line: Math.floor(number / across) };
  }).reverse();
  const lines = Math.ceil(points.length / across), percent = (place, of) => `${of > 1 ? 100 * place / (of - 1) : 0}%`;
  const ring = document.createElementNS(plane.namespaceURI, "circle");
  ring.setAttribute("class", "chosen");
  ring.setAttribute("r", 18);
  let chosen = 0;
  const show = number => {
    chosen = number;
    const { x, y, text, column, line } = points[number];
    picture.style.backgroundPosition = `${percent(column, across)} ${percent(line, lines)}`;
    words.textContent = text;
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
    plane.append(ring);
  };
  const at = event => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(plane.getScreenCTM().inverse());
    const away = points.map(({ x, y }) => Math.hypot(x - place.x, y - place.y));
    const nearest = away.indexOf(Math.min(...away));
    if (nearest !== chosen) show(nearest);
  };
  plane.addEventListener("pointermove", event => { if (event.pointerType !== "touch") at(event); });
  plane.addEventListener("click", at);
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  plane.addEventListener("keydown", event => {
    if (!(event.key in steps)) return;
    event.preventDefault();
    show((chosen + steps[event.key] + points.length) % points.length);
  });
  plane.tabIndex = 0;
  shown.hidden = false;
  show(0);
}
