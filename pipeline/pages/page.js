// Without this script everything is open. With it, details fold away until somebody wants them, and come back on paper.
const folds = document.querySelectorAll("details");
for (const fold of folds) fold.open = !fold.classList.contains("fold");
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...folds].filter((fold) => !fold.open);
  for (const fold of folded) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of folded) fold.open = false;
});
