// Loads what the page asks for: <form data-enhance="pictures"> is given to the default export of ./pictures.js.
// Everything works without this file; a module that fails leaves its form as it was.

for (const element of document.querySelectorAll("[data-enhance]")) {
  import(`./${element.dataset.enhance}.js`).then((module) => module.default(element)).catch(console.error);
}

document.getElementById("error-summary")?.focus();
