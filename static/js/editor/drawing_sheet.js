const SETTLED = 160;

/**
 * The picture of a sheet. It is shown as an image, in which nothing is carried out or loaded; layers
 * are hidden by a style that is added to it.
 * @param {HTMLImageElement} image
 */
export function createSheet(image) {
  let text = "";
  let size = [1, 1];
  let style = "";
  let address = "";
  let drawnAt = 0;
  let turn = 0;
  let timer = 0;
  /** @type {{scale: number, x: number, y: number}} */
  let camera = { scale: 1, x: 0, y: 0 };

  function styled() {
    const end = text.lastIndexOf("</");
    const added = `<style xmlns="http://www.w3.org/2000/svg">${style}</style>`;
    return end < 0 ? text : text.slice(0, end) + added + text.slice(end);
  }

  async function show() {
    const mine = ++turn;
    const next = URL.createObjectURL(new Blob([styled()], { type: "image/svg+xml" }));
    const loaded = new Image();
    loaded.src = next;
    try {
      // Only what is drawn already takes the place of what is seen.
      await loaded.decode();
    } catch {
      // The browser says nothing of why; the place stays empty.
    }
    if (mine !== turn) return URL.revokeObjectURL(next);
    image.src = next;
    URL.revokeObjectURL(address);
    address = next;
  }

  /* Lines between two pixels would be grey. */
  const whole = (length) => Math.round(length * devicePixelRatio) / devicePixelRatio;

  function place() {
    const factor = drawnAt ? camera.scale / drawnAt : 1;
    image.style.transform = `translate(${whole(camera.x)}px, ${whole(camera.y)}px) scale(${factor})`;
  }

  /* Drawn anew in its new size: crisp. */
  function settle() {
    drawnAt = camera.scale;
    image.style.width = `${size[0] * drawnAt}px`;
    image.style.height = `${size[1] * drawnAt}px`;
    place();
  }

  return {
    /** @param {string} svg @param {number[]} next its width and height */
    open(svg, next) {
      [text, size, drawnAt] = [svg, next, 0];
      return show();
    },
    /** @param {boolean[]} layers which are shown */
    showLayers(layers) {
      const rules = layers.map(
        (on, number) => `[data-layer="${number}"]{display:${on ? "inline" : "none"}!important}`,
      );
      const next = rules.join("");
      if (next === style) return;
      style = next;
      if (text) show();
    },
    /** @param {{scale: number, x: number, y: number}} next */
    look(next) {
      camera = next;
      clearTimeout(timer);
      if (!drawnAt) return settle();
      place();
      if (camera.scale !== drawnAt) timer = setTimeout(settle, SETTLED);
    },
    svg: styled,
  };
}
