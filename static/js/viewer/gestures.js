/**
 * Zooming around the pointer: Ctrl and wheel, a trackpad's pinch, two fingers on a screen.
 * @param {HTMLElement} scroller
 * @param {ReturnType<import("./pages.js").createPages>} pages
 * @param {() => number} zoom the present level
 */
export function enableGestures(scroller, pages, zoom) {
  const inside = (x, y) => {
    const box = scroller.getBoundingClientRect();
    return [x - box.left, y - box.top];
  };

  scroller.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      // A notch of a wheel is about 100 pixels, a pinch sends many small ones.
      const amount =
        event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
      const factor = Math.exp(
        -Math.min(120, Math.max(-120, amount)) / (Math.abs(amount) < 50 ? 100 : 500),
      );
      pages.zoomTo(zoom() * factor, pages.anchor(...inside(event.clientX, event.clientY)));
    },
    { passive: false },
  );

  let pinch = null;
  let frame = 0;

  const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  const middle = ([a, b]) => inside((a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);

  scroller.addEventListener(
    "touchstart",
    ({ touches }) => {
      if (touches.length !== 2) return;
      pinch = { spread: spread(touches), zoom: zoom(), anchor: pages.anchor(...middle(touches)) };
    },
    { passive: true },
  );

  scroller.addEventListener(
    "touchmove",
    (event) => {
      if (!pinch || event.touches.length !== 2) return;
      event.preventDefault();
      const [x, y] = middle(event.touches);
      const target = pinch.zoom * (spread(event.touches) / pinch.spread);
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => pages.zoomTo(target, { ...pinch.anchor, x, y }));
    },
    { passive: false },
  );

  for (const kind of ["touchend", "touchcancel"]) {
    scroller.addEventListener(
      kind,
      ({ touches }) => {
        if (touches.length < 2) {
          cancelAnimationFrame(frame);
          pinch = null;
        }
      },
      { passive: true },
    );
  }
}
