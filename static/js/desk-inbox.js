// The inbox keeps time, and says in the title and a live region what came in. It moves no focus and changes no list.
// Without this file the page is right as of the moment it was opened.
(() => {
  const said = (minutes) => {
    if (minutes < 1) return "under a minute";
    if (minutes < 60) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return `${Math.floor(hours / 24)} days`;
    const rest = hours < 12 ? minutes % 60 : 0;
    const words = hours === 1 ? "1 hour" : `${hours} hours`;
    return rest ? `${words} ${rest === 1 ? "1 minute" : `${rest} minutes`}` : words;
  };

  // The practice's clock at the moment the page was made, going on from there.
  const clock = document.querySelector("[data-now]");
  const ahead = clock ? Number(clock.dataset.now) * 1000 - Date.now() : 0;
  const tick = () => {
    for (const due of document.querySelectorAll("[data-due]")) {
      const left = Number(due.dataset.due) * 1000 - Date.now() - ahead;
      const minutes = Math.floor(Math.abs(left) / 60000);
      due.textContent = left > 0 ? `${said(minutes)} left` : `${said(minutes)} late`;
      const request = due.closest(".request");
      request?.classList.toggle("request-overdue", left <= 0);
      request?.classList.toggle("request-soon", left > 0 && left <= 30 * 60000);
      request?.classList.toggle("request-later", left > 30 * 60000);
    }
  };
  if (clock) setInterval(tick, 15000);

  const title = document.title.replace(/^\(\d+\) /, "");
  document.addEventListener("htmx:beforeSwap", (event) => {
    const waiting = event.detail.xhr.getResponseHeader("X-News");
    // Anything else is not news: signed out meanwhile, or an error. The page stays as it is.
    event.detail.shouldSwap = waiting !== null;
    if (waiting === null) return;
    document.title = waiting === "0" ? title : `(${waiting}) ${title}`;
    // The same news is said once.
    const text = new DOMParser().parseFromString(event.detail.serverResponse, "text/html").body.textContent.trim();
    if (event.detail.target.textContent.trim() === text) event.detail.shouldSwap = false;
  });
})();
