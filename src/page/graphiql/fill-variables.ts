/** Stands for the id of an SKU that can be bought. The ids of a catalog are not known before it is imported. */
const SKU = /"\$sku"/g;
/** As many as an operation has places for. */
const SOMETHING_TO_BUY = `{
  products(first: 5) { nodes { skus(where: { availability: SELLABLE }) { id } } }
}`;

interface Answer {
  readonly data?: {
    readonly products: {
      readonly nodes: readonly { readonly skus: readonly { readonly id: string }[] }[];
    } | null;
  };
}

/** Puts SKUs of the catalog into the variables: each of another product, if there are enough. */
export async function fillVariables(variables: string): Promise<string> {
  if (variables.search(SKU) < 0) return variables;
  const ids = await skusToBuy();
  let place = 0;
  return variables.replace(SKU, (placeholder) => {
    const id = ids[place % ids.length];
    place += 1;
    return id === undefined ? placeholder : JSON.stringify(id);
  });
}

/** None if there is nothing to buy, or the gateway does not say: the operation opens all the same. */
async function skusToBuy(): Promise<readonly string[]> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: SOMETHING_TO_BUY }),
    });
    // The answer to a document above.
    const { data } = (await response.json()) as Answer;
    return data?.products?.nodes.flatMap(({ skus }) => skus.slice(0, 1).map(({ id }) => id)) ?? [];
  } catch {
    return [];
  }
}
