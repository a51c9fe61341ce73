/** The page's only script: narrows the list of findings. Without it everything is shown. */
export const SCRIPT = `
(() => {
  const tools = document.querySelector('.tools');
  if (!tools) return;
  tools.hidden = false;
  const files = [...document.querySelectorAll('.file')].map((el) => ({ el, found: [...el.querySelectorAll('.finding')].map((f) => ({ f, text: undefined })) }));
  const search = tools.querySelector('input'), who = tools.querySelector('select'), shown = document.getElementById('shown');
  const off = new Set();
  let onlyNew = false;
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let total = 0;
    for (const { el, found } of files) {
      let here = 0;
      for (const item of found) {
        const { f } = item;
        let show = !off.has(f.dataset.severity) && (!onlyNew || 'new' in f.dataset) && (!who.value || who.value === f.dataset.who);
        if (show && words.length) {
          item.text ??= (el.dataset.file + ' ' + f.textContent).toLowerCase();
          show = words.every((word) => item.text.includes(word));
        }
        f.hidden = !show;
        if (show) here++;
      }
      el.hidden = here === 0;
      total += here;
    }
    shown.textContent = total.toLocaleString('en-US') + ' shown';
  };
  tools.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.only) {
      onlyNew = !onlyNew;
      button.setAttribute('aria-pressed', String(onlyNew));
      return apply();
    }
    const { severity } = button.dataset;
    off.has(severity) ? off.delete(severity) : off.add(severity);
    button.setAttribute('aria-pressed', String(!off.has(severity)));
    apply();
  });
  let timer;
  search.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
  who.addEventListener('change', apply);
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.matches('details')) target.open = true;
  };
  addEventListener('hashchange', reveal);
  reveal();
  apply();
})();
`;
