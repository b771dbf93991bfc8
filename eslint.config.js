// What eslint looks for in all of the project's JavaScript. Layout is left to the writers' care.
// Beside the token's way; `make lint` calls it.
// Must not hold rules that need a comment to be broken well.

import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['build/', 'node_modules/'] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: globals.node },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-restricted-syntax': ['error', { selector: 'ForInStatement', message: 'Walk over Object.keys() or Object.entries().' }],
    },
  },
  { files: ['web/**/*.js', 'tests/**/*.js'], languageOptions: { globals: { ...globals.browser, ...globals.node } } },
];
