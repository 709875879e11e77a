/* Browsers stop laying out boxes somewhere between 16 and 33 million pixels. */
const TALLEST = 8_000_000;

/**
 * Scrolls through content of any height. Up to a limit the scroll bar is the browser's own,
 * one to one. Beyond it the bar covers a shorter space: small moves stay one to one, long ones
 * are scaled, and the two are brought together when scrolling rests.
 * @param {HTMLElement} element scrolls
 * @param {HTMLElement} space the tall box inside it
 * @param {(byReader: boolean) => void} onMove byReader unless the move was asked for here
 */
export function createScrolling(element, space, onMove) {
  let total = 0;
  let tall = 0;
  let shift = 0;
  let last = 0;
  let resting = 0;

  const view = () => element.clientHeight;
  const end = () => Math.max(0, total - view());
  const clamp = (y) => Math.min(Math.max(y, 0), end());
  const scaled = () => tall !== total;
  const ratio = () => end() / Math.max(1, tall - view());

  function scrollTo(y) {
    const target = Math.round(clamp(y));
    element.scrollTop = scaled() ? Math.round(target / ratio()) : target;
    last = element.scrollTop;
    shift = scaled() ? target - last : 0;
    onMove(false);
  }

  function bringTogether() {
    if (Math.abs(element.scrollTop + shift - element.scrollTop * ratio()) > 1)
      scrollTo(element.scrollTop + shift);
  }

  element.addEventListener(
    "scroll",
    () => {
      const now = element.scrollTop;
      const byReader = now !== last;
      if (scaled()) {
        if (Math.abs(now - last) > view() * 1.5) shift = Math.round(now * ratio()) - now;
        shift = Math.round(clamp(now + shift)) - now;
        clearTimeout(resting);
        const stuck = (now <= 0 && shift > 0) || (now >= tall - view() && now + shift < end());
        if (stuck) return bringTogether();
        resting = setTimeout(bringTogether, 200);
      }
      last = now;
      onMove(byReader);
    },
    { passive: true },
  );

  return {
    /** @param {number} height of all content, pixels */
    setTotal(height) {
      total = height;
      tall = Math.min(height, TALLEST);
      space.style.height = `${tall}px`;
    },
    /** The height of the content at the upper edge of the view. */
    top: () => clamp(element.scrollTop + shift),
    /** Where content at this height lies in the tall box. @param {number} y */
    place: (y) => y - shift,
    scrollTo,
    /** @param {number} pixels @param {boolean} [smooth] */
    scrollBy(pixels, smooth = false) {
      if (smooth && !scaled()) element.scrollBy({ top: pixels, behavior: "smooth" });
      else scrollTo(element.scrollTop + shift + pixels);
    },
  };
}
