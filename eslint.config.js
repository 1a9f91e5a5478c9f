import { readdirSync } from 'node:fs';
import graphql from '@graphql-eslint/eslint-plugin';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src, and what each may import: a room, one file of a room, or a file of src itself. `type:` allows the
 * types alone. Keep the lists short: who changes a room reads all rooms that import it.
 */
const ROOMS = Object.fromEntries(
  Object.entries({
    platform: 'type:config',
    garment: 'errors platform',
    vision: 'errors platform',
    'vector-index': 'errors platform',
    access: 'errors platform type:config',
    graph: 'access errors platform',
    budgets: 'errors graph platform',
    mutation: 'access errors graph platform',
    images: 'access errors graph mutation platform vector-index vision',
    catalog: 'access errors graph images mutation platform',
    projection: 'catalog graph images/shown-options platform vector-index',
    pricing: 'access catalog errors graph mutation platform',
    inventory: 'access catalog errors graph mutation platform pricing',
    holds: 'access catalog errors graph inventory mutation platform pricing type:config',
    search: 'access catalog errors graph images platform projection vector-index vision',
    identify: 'catalog errors graph images platform search vector-index vision/color-share',
    'sku-match': 'catalog errors graph identify images platform projection search vector-index',
    look: 'catalog errors graph identify images platform projection search vector-index vision',
    boards: 'access catalog errors graph identify images mutation platform search vector-index',
    design:
      'access boards catalog errors garment graph images mutation platform pricing search vector-index vision',
    watches:
      'access catalog errors graph images inventory mutation platform pricing projection search vector-index',
    knowledge: 'catalog errors graph identify import/report platform search',
    import: 'catalog errors graph images platform pricing vision',
    webhooks: 'graph platform',
    export: 'catalog errors graph images platform pricing',
    sync: 'errors images platform projection vector-index vision type:config',
    audit: 'errors identify look platform projection search vector-index vision',
    // A client of the public API too, but one inside the gateway, which speaks the protocols of agents.
    agents: 'errors graph import/values/plain-text platform',
    server: 'budgets errors graph images/upload-id platform vision',
    app:
      'access agents boards budgets catalog design errors graph holds identify images import inventory knowledge look mutation platform ' +
      'pricing projection search server sku-match sync vision watches webhooks type:config',
    // A client of the public API: it runs in the browser, and knows nothing of the gateway.
    page: '',
    commands:
      'access app audit config design errors export images import inventory knowledge platform search sync vision webhooks',
  }).map(([room, may]) => [room, may.split(' ')]),
);

const folders = readdirSync(`${import.meta.dirname}/src`, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);
for (const { name } of folders) {
  if (!(name in ROOMS))
    throw new Error(`src/${name} is not in ROOMS of eslint.config.js: say what it may import.`);
}

const SQL = {
  regex: '^sql-template-tag$',
  message: 'Only *.store.ts files hold SQL: put the statement in a function there, and call that function.',
};
const RESOLVER = {
  regex: '[.]resolver[.]js$',
  message: 'Only app/ imports resolvers: move what you need out of the resolver to a file that both import.',
};

const STATEMENT = {
  selector: 'CallExpression[callee.object.name=/^(client|db|pool|tx)$/][callee.property.name="query"]',
  message:
    'Only platform/postgres.ts gives statements to the driver, where a connection that fell silent is noticed: ' +
    'use its query, execute, transaction, or snapshot.',
};

/** What files of a room do not import: an entry for each other room and file of src, with what is excepted there. */
function otherRooms(room, may) {
  return [...Object.keys(ROOMS), 'config', 'errors', 'main'].flatMap((other) => {
    if (other === room || may.includes(other)) return [];
    const files = may.flatMap((entry) =>
      entry.startsWith(`${other}/`) ? [entry.slice(other.length + 1)] : [],
    );
    const isFile = !(other in ROOMS);
    const but = files.length === 0 ? '' : `(?!(?:${files.join('|')})[.]js$)`;
    const allowTypeImports = may.includes(`type:${other}`);
    return [
      {
        regex: isFile ? `^(?:[.][.]/)+${other}[.]js$` : `^[.]{1,2}/(?:[.][.]/)*${other}/${but}`,
        allowTypeImports,
        message:
          `${room} does not import ${other}${allowTypeImports ? ' except for types' : ''}${files.map((file) => `, except ${file}`).join('')}: ` +
          'pass what it needs as an argument, or move it to a room that both may import (ROOMS in eslint.config.js).',
      },
    ];
  });
}

/** Patterns that hold for `import … from`, `import()` and `import('…').Type`. */
const restricted = (files, patterns, syntax = [STATEMENT]) => ({
  files,
  rules: {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
    'no-restricted-syntax': [
      'error',
      ...syntax,
      ...patterns.flatMap(({ regex, message, allowTypeImports }) =>
        ['ImportExpression', ...(allowTypeImports ? [] : ['TSImportType'])].map((node) => ({
          // A slash would end the pattern of a selector.
          selector: `${node}[source.value=/${regex.replaceAll('/', '\\x2f')}/]`,
          message,
        })),
      ),
    ],
  },
});

const rooms = Object.entries(ROOMS).flatMap(([room, may]) => {
  const resolvers = room === 'app' ? [] : [RESOLVER];
  const others = [...otherRooms(room, may), ...resolvers];
  return [
    restricted([`src/${room}/**/*.ts`, `src/${room}/**/*.tsx`], [...others, SQL]),
    restricted([`src/${room}/**/*.store.ts`], others),
  ];
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'test/generated/', 'src/page/generated/', '.vitrine/', 'coverage/'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
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
  ...rooms,
  restricted(['src/config.ts', 'src/errors.ts'], [...otherRooms('This file', []), RESOLVER, SQL]),
  restricted(['src/main.ts'], [...otherRooms('main', ['commands']), RESOLVER, SQL]),
  // The context carries the data loaders, which are the catalog's.
  restricted(
    ['src/graph/request-context.ts'],
    [...otherRooms('graph', [...ROOMS.graph, 'catalog/loaders']), RESOLVER, SQL],
  ),
  // What takes a statement names its type.
  restricted(
    ['src/platform/postgres.ts'],
    [...otherRooms('platform', ROOMS.platform), RESOLVER, { ...SQL, allowTypeImports: true }],
    [],
  ),
  // Their connections belong to no pool, and have timeouts for the one thing that they are for.
  restricted(
    ['change-listener', 'embedded-postgres', 'migrate'].map((file) => `src/platform/${file}.ts`),
    [...otherRooms('platform', ROOMS.platform), RESOLVER, SQL],
    [],
  ),
  {
    files: ['schema/schema.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/schema.graphql' } },
    },
    rules: {
      ...graphql.configs['flat/schema-relay'].rules,
      // Pages go forward only.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      '@graphql-eslint/relay-edge-types': [
        'error',
        // An image in quarantine has no id of its own.
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          DirectiveDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
        },
      ],
      '@graphql-eslint/description-style': 'error',
      // One that fails must not empty the answers of the others.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'ObjectTypeDefinition[name.value=/^(Query|Mutation)$/] > FieldDefinition > NonNullType.gqlType',
          message: 'A root field is nullable: otherwise its error empties the whole answer.',
        },
      ],
      '@graphql-eslint/input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      '@graphql-eslint/no-typename-prefix': 'error',
      '@graphql-eslint/naming-convention':
        graphql.configs['flat/schema-recommended'].rules['@graphql-eslint/naming-convention'],
      '@graphql-eslint/require-deprecation-reason': 'error',
      '@graphql-eslint/known-type-names': 'error',
      '@graphql-eslint/unique-type-names': 'error',
      '@graphql-eslint/unique-field-definition-names': 'error',
      '@graphql-eslint/unique-enum-value-names': 'error',
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
