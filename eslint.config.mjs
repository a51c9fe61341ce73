import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const tooManyParameters = 'At most three parameters, then an options object (CONTRIBUTING.md).';

export default tseslint.config(
  { ignores: ['**/dist/**', 'build/**', '**/node_modules/**', '.waggle/**', '**/generated/**', '**/fixtures/**', 'coverage/**', '.nx/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'libs/*/tsconfig.json',
          'apps/*/tsconfig.json',
          'apps/agents/*/tsconfig.json',
          'examples/*/tsconfig.json',
          'tsconfig.spec.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      // DTO fields are filled by the transport, and narrowing by `!` after a checked split is common and local.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'FunctionDeclaration[params.length>3]', message: tooManyParameters },
        { selector: 'ArrowFunctionExpression[params.length>3]', message: tooManyParameters },
        { selector: 'MethodDefinition[kind!="constructor"] > FunctionExpression[params.length>3]', message: tooManyParameters },
        {
          selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>5]',
          message: 'At most five dependencies: more means a missing object.',
        },
        { selector: 'ExportAllDeclaration[exported=null][source.value=/^@/]', message: 'Libraries export their own names only.' },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts', 'libs/testkit/**/*.ts'],
    rules: {
      // Tests look at foreign JSON all the time; the assertion that follows is the check.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['apps/cli/**', 'test/bench/**', 'scripts/**', 'examples/**'], rules: { 'no-console': 'off' } },
  {
    // A subject is a list of tokens: builders take them one by one, in the subject's order.
    files: ['libs/protocol/src/subjects.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
        TextDecoder: 'readonly',
        TextEncoder: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
);
