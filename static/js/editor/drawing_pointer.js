const LINE = 33;
const NEAR = 16;
const STEP = 10;
const PAN_STEP = 60;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Fingers, mice, pens and keys over a drawing: they move the view, or a tool.
 *
 * Points are those of the view. With keys a cross stands for the pointer.
 * @param {HTMLElement} view @param {HTMLElement} cross
 * @param {ReturnType<import("./drawing_camera.js").createCamera>} camera
 * @param {() => Record<string, any>} tool the one in hand: {pans, down, move, up, press, cancel,
 *   finish, nudge}, each of them optional
 */
export function enablePointer(view, cross, camera, tool) {
  /** @type {Map<number, number[]>} */
  const down = new Map();
  let pinch = null;
  let drags = false;
  let holdsSpace = false;
  /** @type {number[] | null} where the cross is */
  let keyed = null;

  const at = (event) => {
    const box = view.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const middle = ([a, b]) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const spread = ([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;

  function showCross(point) {
    keyed = point;
    cross.hidden = !point;
    if (point) cross.style.transform = `translate(${point[0]}px, ${point[1]}px)`;
  }

  view.addEventListener("pointerdown", (event) => {
    if (event.target.closest("textarea")) return;
    showCross(null);
    down.set(event.pointerId, at(event));
    if (down.size === 2) {
      tool().cancel?.();
      drags = false;
      const points = [...down.values()];
      pinch = { middle: middle(points), spread: spread(points) };
      return;
    }
    if (down.size > 1) return;
    view.setPointerCapture(event.pointerId);
    // Focus goes where it is meant to go, also by touch; the middle button scrolls nothing.
    event.preventDefault();
    (event.target.closest(".mark") ?? view).focus({ focusVisible: false });
    drags = event.button === 1 || (event.button === 0 && (holdsSpace || tool().pans));
    if (!drags && event.button === 0) drags = tool().down?.(at(event), event) === "pan";
    view.toggleAttribute("data-moving", drags);
  });

  view.addEventListener("pointermove", (event) => {
    const point = at(event);
    const before = down.get(event.pointerId);
    if (!before) {
      if (!down.size) tool().move?.(point, event);
      return;
    }
    down.set(event.pointerId, point);
    if (pinch) {
      const points = [...down.values()].slice(0, 2);
      const [now, width] = [middle(points), spread(points)];
      camera.panBy(now[0] - pinch.middle[0], now[1] - pinch.middle[1]);
      camera.zoomBy(width / pinch.spread, now);
      pinch = { middle: now, spread: width };
    } else if (drags) camera.panBy(point[0] - before[0], point[1] - before[1]);
    else tool().move?.(point, event);
  });

  for (const kind of ["pointerup", "pointercancel"])
    view.addEventListener(kind, (event) => {
      if (!down.delete(event.pointerId)) return;
      const wasTool = !pinch && !drags;
      if (!down.size) {
        pinch = null;
        drags = false;
        view.toggleAttribute("data-moving", false);
      }
      if (!wasTool) return;
      if (kind === "pointerup") tool().up?.(at(event), event);
      else tool().cancel?.();
    });

  view.addEventListener("dblclick", (event) => tool().finish?.(at(event), event));

  view.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
      const [across, along] = [event.deltaX * unit, event.deltaY * unit];
      if (event.shiftKey) return camera.panBy(-(across || along), 0);
      // A notch of a wheel is about 100 pixels, a pinch sends many small ones.
      const amount = Math.min(120, Math.max(-120, along));
      camera.zoomBy(Math.exp(-amount / (event.ctrlKey && Math.abs(along) < 50 ? 100 : 400)), at(event));
    },
    { passive: false },
  );

  /* Where the cross goes; it begins in the middle of what is seen. */
  function moveCross([across, along], event) {
    const step = event.shiftKey ? 1 : STEP;
    const [x, y] = keyed ?? [view.clientWidth / 2, view.clientHeight / 2];
    const next = keyed ? [x + across * step, y + along * step] : [x, y];
    const inside = [
      Math.min(view.clientWidth - NEAR, Math.max(NEAR, next[0])),
      Math.min(view.clientHeight - NEAR, Math.max(NEAR, next[1])),
    ];
    camera.panBy(inside[0] - next[0], inside[1] - next[1]);
    showCross(inside);
    tool().move?.(inside, event);
  }

  view.addEventListener("keydown", (event) => {
    if (event.target.matches("textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = ARROWS[event.key];
    if (way) {
      if (tool().nudge?.(way, event)) event.preventDefault();
      else if (tool().pans || !tool().press) camera.panBy(-way[0] * PAN_STEP, -way[1] * PAN_STEP);
      else moveCross(way, event);
      event.preventDefault();
    } else if (event.key === "Enter" && keyed) {
      event.preventDefault();
      tool().press?.(keyed, event);
    } else if (event.key === "Enter") {
      if (tool().finish?.(null, event)) event.preventDefault();
      else if (tool().press) moveCross([0, 0], event);
    } else if (event.key === " ") {
      holdsSpace = true;
      event.preventDefault();
    }
  });
  addEventListener("keyup", (event) => {
    if (event.key === " ") holdsSpace = false;
  });
  view.addEventListener("blur", () => showCross(null));
}
