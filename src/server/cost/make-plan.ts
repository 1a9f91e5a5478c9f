import {
  type ArgumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { type FieldPrice, priceOfField } from './declared-prices.js';
import { costOfArgument, type InputCost } from './input-cost.js';
import type { IntrospectionSizes } from './introspection-sizes.js';
import { lengthOf } from './list-length.js';
import { estimatedCost, type FieldPlan, type SelectionPlan } from './plan.js';
import { type SelectedField, selectionsOf } from './selections.js';
import { NO_VARIABLES } from './variables.js';

const NO_FIELDS: ReadonlySet<string> = new Set();
const NO_SELECTIONS: SelectionPlan = { fixed: 0, fields: [] };

/** Prepares the cost of a valid operation. @throws RequestError COST_EXCEEDED */
export function makePlan(
  schema: GraphQLSchema,
  sizes: IntrospectionSizes,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionPlan {
  const collect = selectionsOf(schema, fragments);

  const planSelections = (
    sets: readonly SelectionSetNode[],
    type: GraphQLCompositeType,
    sized: ReadonlySet<string>,
    isEveryType: boolean,
  ): SelectionPlan => {
    const fields = collect(sets, type).map((selected) => planField(selected, sized, isEveryType));
    return {
      fixed: estimatedCost({ fixed: 0, fields: fields.filter(isFixed) }, NO_VARIABLES),
      fields: fields.filter((field) => !isFixed(field)),
    };
  };

  const planField = (
    { key, parent, conditions, nodes }: SelectedField,
    sized: ReadonlySet<string>,
    isEveryType: boolean,
  ): FieldPlan => {
    const [node] = nodes;
    const name = node.name.value;
    const field = fieldOf(schema, parent, name);
    const price = priceOfField(field);
    const type = getNamedType(field.type);
    const readsEveryType =
      parent.name === '__Schema' && name === 'types' ? true : isEveryType && type.name !== '__Type';
    return {
      key,
      conditions,
      weight: price.weight,
      args: argumentsOf(node.arguments ?? [], price),
      isList: price.isList,
      isText: price.isText,
      isSized: sized.has(name),
      length: isIntrospectionType(parent)
        ? sizes(parent.name, name, isEveryType)
        : lengthOf(node, field, price),
      children: isCompositeType(type)
        ? planSelections(
            nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
            type,
            price.listSize?.sizedFields ?? NO_FIELDS,
            readsEveryType,
          )
        : NO_SELECTIONS,
      isIntrospection: field === SchemaMetaFieldDef || field === TypeMetaFieldDef,
    };
  };

  const root = schema.getRootType(operation.operation);
  return root ? planSelections([operation.selectionSet], root, NO_FIELDS, false) : NO_SELECTIONS;
}

function argumentsOf(given: readonly ArgumentNode[], { args }: FieldPrice): InputCost[] {
  return given.flatMap(({ name, value }) => {
    const price = args.get(name.value);
    return price ? [costOfArgument(value, price)] : [];
  });
}

/** Whether its cost depends neither on variables nor on the length of a list or text. */
function isFixed({ conditions, args, isList, isText, isIntrospection, children }: FieldPlan): boolean {
  return (
    conditions.length === 0 &&
    args.every((cost) => typeof cost === 'number') &&
    !isList &&
    !isText &&
    !isIntrospection &&
    children.fields.length === 0
  );
}

function fieldOf(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType,
  name: string,
): GraphQLField<unknown, unknown> {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
  if (!field) throw new Error(`${parent.name} has no field ${name}, although the document is valid`);
  return field;
}
