import graphql from '@graphql-eslint/eslint-plugin';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'test/generated/', '.vitrine/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `== null` asks for null and undefined at once, which is how GraphQL leaves an argument out.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // GraphQL classes declare fields that a row fills, and resolver classes have no state.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // GraphQL's input classes describe plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // An async method may keep a promise-returning contract without awaiting anything itself.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['schema/schema.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser },
    rules: {
      ...graphql.configs['flat/schema-relay'].rules,
      // Pages go forward only, and a match is an edge whose name says what it is.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: false, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
      '@graphql-eslint/known-type-names': 'error',
      '@graphql-eslint/unique-type-names': 'error',
      '@graphql-eslint/no-unreachable-types': 'error',
    },
  },
  {
    files: ['schema/operations/**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: {
        graphQLConfig: { schema: 'schema/schema.graphql', documents: 'schema/operations/**/*.graphql' },
      },
    },
    rules: {
      ...graphql.configs['flat/operations-recommended'].rules,
      '@graphql-eslint/require-selections': 'off',
      '@graphql-eslint/naming-convention': 'off',
      '@graphql-eslint/selection-set-depth': 'off',
    },
  },
);
