/**
 * Options by name in the merchant's order, which jsonb does not keep. Names that the order lacks come last: an older
 * gateway wrote them.
 */
export function inMerchantsOrder(
  options: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  const known = names.flatMap((name) => {
    const value = Object.hasOwn(options, name) ? options[name] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(known), ...options };
}
