// Brings whoever sent a form to what came of it: the summary of what is wrong, or the message on top.
// A page that loads reads neither of them out by itself.
const told = document.querySelector(".error-summary, main > .notice[role=status][tabindex]");
told?.focus();
