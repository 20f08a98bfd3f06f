import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["static/dist/**", "var/**", ".venv/**"] },
  js.configs.recommended,
  {
    files: ["static/js/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
  {
    files: ["tests/frontend/**/*.js", "static/build.mjs"],
    languageOptions: { globals: globals.node },
  },
];
