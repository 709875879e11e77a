import { say } from "../words.js";

/** What CodeMirror says, by its own words: its search panel, and texts side by side. */
export const PHRASES = {
  Find: say("Find"),
  Replace: say("Replace"),
  next: say("next"),
  previous: say("previous"),
  all: say("all"),
  "match case": say("match case"),
  "by word": say("by word"),
  regexp: say("regexp"),
  replace: say("replace"),
  "replace all": say("replace all"),
  close: say("close"),
  "current match": say("current match"),
  "on line": say("on line"),
  "replaced match on line $": say("replaced match on line $"),
  "replaced $ matches": say("replaced $ matches"),
  "$ unchanged lines": say("$ unchanged lines"),
  "Control character": say("Control character"),
  "Selection deleted": say("Selection deleted"),
  "Go to line": say("Go to line"),
  go: say("go"),
};
