/* How much nearer and farther than "all of it" one can look. */
const NEAREST = 400;
const FARTHEST = 0.2;
const ROOM = 24;

/**
 * What part of a picture is seen: a point p of it is at `p * scale + (x, y)` in the view.
 * @param {HTMLElement} view
 * @param {(state: {scale: number, x: number, y: number, zoom: number}) => void} onMove at most once a frame
 */
export function createCamera(view, onMove) {
  let size = [1, 1];
  let [scale, x, y] = [1, 0, 0];
  let frame = 0;
  let fits = true;

  const fitting = () =>
    Math.min(
      Math.max(1, view.clientWidth - ROOM) / size[0],
      Math.max(1, view.clientHeight - ROOM) / size[1],
    );
  const tell = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      onMove({ scale, x, y, zoom: scale / fitting() });
    });
  };

  function fit() {
    scale = fitting();
    x = (view.clientWidth - size[0] * scale) / 2;
    y = (view.clientHeight - size[1] * scale) / 2;
    fits = true;
    tell();
  }

  new ResizeObserver(() => (fits ? fit() : tell())).observe(view);

  return {
    fit,
    /** @param {number[]} next width and height of the picture */
    open(next) {
      size = next;
      fit();
    },
    /** @param {number} factor @param {number[]} [at] what stays where it is, in the view */
    zoomBy(factor, [across, down] = [view.clientWidth / 2, view.clientHeight / 2]) {
      const whole = fitting();
      const next = Math.min(whole * NEAREST, Math.max(whole * FARTHEST, scale * factor));
      x = across - ((across - x) * next) / scale;
      y = down - ((down - y) * next) / scale;
      scale = next;
      fits = false;
      tell();
    },
    panBy(across, down) {
      // A bit of the picture stays in sight.
      x = Math.min(view.clientWidth - ROOM, Math.max(ROOM - size[0] * scale, x + across));
      y = Math.min(view.clientHeight - ROOM, Math.max(ROOM - size[1] * scale, y + down));
      fits = false;
      tell();
    },
    /** @param {number[]} point of the view */
    toPicture: ([across, down]) => [(across - x) / scale, (down - y) / scale],
    /** @param {number[]} point of the picture */
    toView: ([across, down]) => [across * scale + x, down * scale + y],
    scale: () => scale,
  };
}
