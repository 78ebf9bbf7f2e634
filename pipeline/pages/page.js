// Without this script everything is open. With it, what is settled folds away, and comes back on paper.
const folds = document.querySelectorAll("details");
for (const fold of folds) fold.open = !fold.classList.contains("settled");
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...folds].filter((fold) => !fold.open);
  for (const fold of folded) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of folded) fold.open = false;
});
