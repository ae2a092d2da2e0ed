// A click on a heading sorts the table; of numbers the largest come first.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const order = row => row.cells[column].dataset.order;
      const rows = [...body.rows], known = rows.filter(row => order(row) !== "");
      const numbers = known.every(row => !isNaN(order(row)));
      const sorted = head.getAttribute("aria-sort");
      const up = sorted ? sorted === "descending" : !numbers;
      const compare = (a, b) => numbers ? order(a) - order(b) : order(a).localeCompare(order(b));
      known.sort((a, b) => up ? compare(a, b) : compare(b, a));
      // Rows without a value stay at the end.
      body.append(...known, ...rows.filter(row => order(row) === ""));
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
    });
  });
}
// Subsections are unfolded for printing.
const folded = () => [...document.querySelectorAll("details:not([open])")];
let opened = [];
addEventListener("beforeprint", () => { opened = folded(); opened.forEach(details => { details.open = true; }); });
addEventListener("afterprint", () => opened.forEach(details => { details.open = false; }));
