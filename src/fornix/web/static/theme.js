// Before the first paint: the theme that was chosen here, and the sign that scripts run. Kept in this browser, in no cookie.
(function () {
  const root = document.documentElement;
  root.classList.add("enhanced");
  try {
    const chosen = localStorage.getItem("fornix-theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch { /* storage may be switched off: the system's theme holds */ }
})();
