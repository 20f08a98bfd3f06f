const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => window.print());
// What is not on the screen yet has to be on paper.
for (const picture of document.images) picture.loading = "eager";
// Hints and solutions belong to the paper, too.
for (const fold of document.querySelectorAll("details")) fold.open = true;
