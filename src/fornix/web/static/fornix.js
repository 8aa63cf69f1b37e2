// Improves pages that work without it: the theme's button, menus that close, and pages in place of broken swaps.
const root = document.documentElement;

function isDark() {
  const chosen = root.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function showTheme(button) {
  button.hidden = false;
  button.setAttribute("aria-label", isDark() ? "Use the light theme" : "Use the dark theme");
  for (const icon of button.querySelectorAll("[data-shows]")) {
    icon.classList.toggle("hidden", icon.dataset.shows !== (isDark() ? "light" : "dark"));
  }
}

for (const button of document.querySelectorAll("[data-theme-button]")) {
  showTheme(button);
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("fornix-theme", root.dataset.theme);
    } catch { /* the choice then lasts as long as the page */ }
    showTheme(button);
  });
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Ticks every box of a form, or none when all were.
for (const button of document.querySelectorAll("[data-tick-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...button.form.querySelectorAll("input[type=checkbox]")];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}

// A part of a page that cannot be had (logged out, refused, gone) is asked for as a whole page, which says why.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const { pathInfo } = event.detail;
    location.assign(pathInfo.finalRequestPath ?? pathInfo.requestPath);
  });
}
