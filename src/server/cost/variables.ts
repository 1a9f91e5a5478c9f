import { type OperationDefinitionNode, valueFromASTUntyped } from 'graphql';

/** The variables of a request as the client sent them, with the defaults of the operation. */
export class Variables {
  constructor(
    private readonly given: Readonly<Record<string, unknown>>,
    private readonly defaults: ReadonlyMap<string, unknown>,
  ) {}

  /** Undefined when the client left it out and it has no default. */
  get(name: string): unknown {
    return Object.hasOwn(this.given, name) ? this.given[name] : this.defaults.get(name);
  }
}

/** The defaults that the operation declares, by the names of its variables. */
export function defaultsOf(operation: OperationDefinitionNode): ReadonlyMap<string, unknown> {
  return new Map(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

export const NO_VARIABLES = new Variables({}, new Map());
