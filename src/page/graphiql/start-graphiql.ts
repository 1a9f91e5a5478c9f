/**
 * Starts GraphiQL, which its package has as one script: with the first sample operations as tabs, or with the operation
 * that the URL names. GraphiQL keeps its tabs in the storage of the browser, under the names below.
 */
import './graphiql.css';
import { fillVariables } from './fill-variables.js';
import { closeWhenLeft, fillMenu } from './menu.js';
import { type OperationGroup, readGroups } from './operations.js';
import { keepTabsInPlace } from './tabs.js';

interface Tab {
  readonly query: string;
  /** JSON. */
  readonly variables: string;
}

interface Options {
  readonly endpoint: string;
  readonly subscriptionsProtocol: 'WS';
  readonly title: string;
  readonly logo: string;
  readonly defaultTabs: readonly Tab[];
}

declare global {
  var YogaGraphiQL: { renderYogaGraphiQL(root: HTMLElement, options: Options): void };
  var MonacoEnvironment: { getWorkerUrl(module: string, label: string): string };
}

const TABS = 'graphiql:tabState';
const QUERY = 'graphiql:query';
const VARIABLES = 'graphiql:variables';

const link = new URL(location.href);

/** What the URL names: a sample operation by its name, or any operation by its text. */
async function linked(groups: readonly OperationGroup[]): Promise<Tab | undefined> {
  const name = link.searchParams.get('operation');
  const sample = groups.flatMap(({ operations }) => operations).find((one) => one.name === name);
  if (sample !== undefined) return { query: sample.query, variables: await fillVariables(sample.variables) };
  const query = link.searchParams.get('query');
  // GraphiQL itself keeps the query that is edited in the URL, and its variables in the storage.
  const variables = link.searchParams.get('variables') ?? localStorage.getItem(VARIABLES);
  return query === null ? undefined : { query, variables: variables ?? '' };
}

/**
 * What GraphiQL would have stored if the user had typed it. Without that, the first tab opens without its variables, and
 * each later visit with nothing typed adds an empty tab.
 */
function seed({ query, variables }: Tab): void {
  localStorage.setItem(QUERY, query);
  localStorage.setItem(VARIABLES, variables);
  // Once: what the user then changes is not overwritten when the page is loaded again.
  for (const name of ['operation', 'variables']) link.searchParams.delete(name);
  history.replaceState(null, '', link);
}

function required<Element extends HTMLElement>(selector: string, kind: new () => Element): Element {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`graphiql.html has no ${selector}.`);
  return found;
}

const root = required('#graphiql', HTMLElement);
const groups = readGroups();
fillMenu(required('.menu-groups', HTMLElement), groups);
closeWhenLeft(required('.menu', HTMLDetailsElement));
keepTabsInPlace(root);

const asked = await linked(groups);
const defaultTabs = asked === undefined ? (groups[0]?.operations ?? []) : [asked];
const isFirstVisit = localStorage.getItem(TABS) === null;
const opened = asked ?? (isFirstVisit ? defaultTabs[0] : undefined);
if (opened !== undefined) seed(opened);

globalThis.MonacoEnvironment = { getWorkerUrl: (_module, label) => GRAPHIQL_WORKERS[label] ?? '' };
YogaGraphiQL.renderYogaGraphiQL(root, {
  endpoint: '/graphql',
  subscriptionsProtocol: 'WS',
  title: '',
  logo: '',
  defaultTabs: defaultTabs.map(({ query, variables }) => ({ query, variables })),
});
