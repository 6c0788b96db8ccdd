// Takes the offer to undo off the page after a while, but never from under the pointer or the focus.
// In a block, as the names of all scripts of a page share one scope.
{
  const WHILE = 10; // seconds
  const bar = document.querySelector(".undo");
  let left = WHILE;

  const isUsed = () => bar.matches(":hover") || bar.contains(document.activeElement.closest("button"));

  const timer = setInterval(() => {
    if (isUsed() || document.hidden) {
      left = WHILE;
      return;
    }
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    // Who was brought here by the message goes on at the top of the page.
    if (bar.contains(document.activeElement)) document.getElementById("main").focus({ preventScroll: true });
    bar.remove();
  }, 1000);
}
