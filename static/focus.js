// Brings whoever sent a form that was refused to the summary of what is wrong.
document.querySelector(".error-summary")?.focus();
