import { afterPause, announce, icon, make } from "../viewer/dom.js";
import { say } from "../words.js";
import { showScreen } from "./screens.js";

const PAUSE = 200;

/**
 * Lets a person choose a template.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{chosen?: string, pick: (template: string) => Promise<void>, back?: (() => void) | null,
 *   failed: (error: Error) => void}} options `chosen`: the id of the one filled in now
 */
export function showPicker(api, { chosen, pick, back, failed }) {
  const search = { words: "", tags: [], offset: 0 };
  let running = null;

  const input = make("input", {
    class: "field",
    type: "search",
    "data-testid": "picker-search",
    "aria-label": say("Search templates"),
    placeholder: say("Search templates"),
    autocomplete: "off",
    spellcheck: "false",
    input: afterPause(() => {
      search.words = input.value.trim();
      look();
    }, PAUSE),
  });
  const tags = make("div", {
    class: "tags",
    role: "group",
    "aria-label": say("Narrow down by tag"),
  });
  const count = make("p", { class: "help", role: "status" });
  const list = make("ul", { class: "templates" });
  const more = make(
    "button",
    { class: "button", type: "button", hidden: true, click: () => look(true) },
    say("Show more"),
  );
  showScreen(
    "choosing",
    back &&
      make(
        "button",
        { class: "link-button", type: "button", click: back },
        say("Back to the form"),
      ),
    make("h2", {}, say("Choose a template")),
    make("div", { class: "picker-search" }, icon("search"), input),
    tags,
    count,
    list,
    more,
  );

  function drawTags(all) {
    if (tags.childElementCount) return;
    tags.append(
      ...all.map((name) => {
        const toggle = () => {
          const on = !search.tags.includes(name);
          search.tags = on ? [...search.tags, name] : search.tags.filter((one) => one !== name);
          button.ariaPressed = String(on);
          look();
        };
        const button = make(
          "button",
          { class: "tag", type: "button", "aria-pressed": "false", click: toggle },
          name,
        );
        return button;
      }),
    );
  }

  function reset() {
    [search.words, search.tags, input.value] = ["", [], ""];
    for (const button of tags.children) button.ariaPressed = "false";
    look();
    input.focus();
  }

  async function take(id, button) {
    button.ariaBusy = "true";
    await pick(id).catch(failed);
    button.ariaBusy = null;
  }

  function row(template) {
    const button = make(
      "button",
      {
        class: "template",
        type: "button",
        "data-testid": "template",
        "aria-current": template.id === chosen ? "true" : null,
        click: () => take(template.id, button),
      },
      icon("document"),
      make(
        "span",
        { class: "template-words" },
        make("strong", {}, template.name),
        make("small", {}, [template.datasource, ...template.tags].join(" · ")),
      ),
    );
    return make("li", {}, button);
  }

  async function look(further = false) {
    running?.abort();
    const own = (running = new AbortController());
    search.offset = further ? list.childElementCount : 0;
    try {
      const found = await api.templates(search, own.signal);
      drawTags(found.tags);
      const rows = found.templates.map(row);
      if (further) list.append(...rows);
      else list.replaceChildren(...rows);
      more.hidden = list.childElementCount >= found.total;
      count.textContent = found.total
        ? say("{count} template|{count} templates", { count: found.total })
        : "";
      if (!found.total) {
        const again = make("button", { class: "link-button", type: "button", click: reset });
        again.textContent = say("Show all");
        list.replaceChildren(
          make("li", { class: "help" }, `${say("No template matches your search.")} `, again),
        );
      }
      if (further) rows[0]?.querySelector("button").focus();
    } catch (error) {
      if (error.name !== "AbortError") failed(error);
    }
  }

  look();
  announce(say("Choose a template"));
  if (matchMedia("(pointer: fine)").matches) input.focus();
}
