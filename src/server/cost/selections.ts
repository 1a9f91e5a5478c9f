import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isCompositeType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
  type ValueNode,
} from 'graphql';
import { RequestError } from '../../errors.js';
import { MAX_SELECTIONS } from '../limits.js';
import type { Variables } from './variables.js';

/** `@skip` or `@include` with a variable. */
export interface Condition {
  readonly variable: string;
  readonly wanted: boolean;
}

/** Fields that execution merges: with the same response name, on the same type, under the same conditions. */
export interface SelectedField {
  readonly key: string;
  readonly parent: GraphQLCompositeType;
  readonly conditions: readonly Condition[];
  readonly nodes: [FieldNode, ...FieldNode[]];
}

export const holds = (conditions: readonly Condition[], variables: Variables): boolean =>
  conditions.every(({ variable, wanted }) => Boolean(variables.get(variable)) === wanted);

/**
 * Collects the fields of selections, with all fragments expanded.
 * @throws RequestError COST_EXCEEDED when the document has more than MAX_SELECTIONS
 */
export function selectionsOf(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): (sets: readonly SelectionSetNode[], type: GraphQLCompositeType) => SelectedField[] {
  let visited = 0;
  return (sets, type) => {
    const fields = new Map<string, SelectedField>();
    const spread = new Set<string>();
    const collect = (set: SelectionSetNode, on: GraphQLCompositeType, outer: readonly Condition[]): void => {
      for (const selection of set.selections) {
        visited += 1;
        if (visited > MAX_SELECTIONS) throw tooMany();
        const conditions = within(outer, selection);
        if (conditions === null) continue;
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          const group = [on.name, key, ...conditions.map(nameOf)].join(' ');
          const found = fields.get(group);
          if (found) found.nodes.push(selection);
          else fields.set(group, { key, parent: on, conditions, nodes: [selection] });
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          collect(selection.selectionSet, narrowed(schema, selection.typeCondition, on), conditions);
        } else {
          const fragment = fragments.get(selection.name.value);
          const place = [selection.name.value, ...conditions.map(nameOf)].join(' ');
          if (!fragment || spread.has(place)) continue;
          spread.add(place);
          collect(fragment.selectionSet, narrowed(schema, fragment.typeCondition, on), conditions);
        }
      }
    };
    for (const set of sets) collect(set, type, []);
    return [...fields.values()];
  };
}

function narrowed(
  schema: GraphQLSchema,
  condition: FragmentDefinitionNode['typeCondition'] | undefined,
  otherwise: GraphQLCompositeType,
): GraphQLCompositeType {
  const type = condition && typeFromAST(schema, condition);
  return type && isCompositeType(type) ? type : otherwise;
}

/** Null when the selection is certainly left out. */
function within(
  outer: readonly Condition[],
  { directives = [] }: Pick<FieldNode, 'directives'>,
): readonly Condition[] | null {
  let conditions = outer;
  for (const { name, arguments: given = [] } of directives) {
    const wanted = name.value === 'include';
    const value = given.find((argument) => argument.name.value === 'if')?.value;
    if ((!wanted && name.value !== 'skip') || !value) continue;
    const condition = conditionOf(value, wanted);
    if (condition === false) return null;
    if (condition !== true && !conditions.some((each) => nameOf(each) === nameOf(condition)))
      conditions = [...conditions, condition];
  }
  return conditions;
}

function conditionOf(value: ValueNode, wanted: boolean): Condition | boolean {
  if (value.kind === Kind.VARIABLE) return { variable: value.name.value, wanted };
  return value.kind === Kind.BOOLEAN ? value.value === wanted : true;
}

const nameOf = ({ variable, wanted }: Condition): string => `${wanted ? '+' : '-'}${variable}`;

function tooMany(): RequestError {
  return new RequestError(
    'COST_EXCEEDED',
    `The answer has more than ${MAX_SELECTIONS} selections; ask for fewer fields or smaller pages.`,
  );
}
