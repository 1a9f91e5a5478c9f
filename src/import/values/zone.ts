/**
 * The time zone of countries that have several: the one that most people live in, or that commerce follows. All other
 * countries have the one that the platform's data names first.
 */
const MAIN_ZONES: ReadonlyMap<string, string> = new Map([
  ['AR', 'America/Argentina/Buenos_Aires'],
  ['AU', 'Australia/Sydney'],
  ['BR', 'America/Sao_Paulo'],
  ['CA', 'America/Toronto'],
  ['CL', 'America/Santiago'],
  ['CN', 'Asia/Shanghai'],
  ['DE', 'Europe/Berlin'],
  ['EC', 'America/Guayaquil'],
  ['ES', 'Europe/Madrid'],
  ['ID', 'Asia/Jakarta'],
  ['KZ', 'Asia/Almaty'],
  ['MX', 'America/Mexico_City'],
  ['MY', 'Asia/Kuala_Lumpur'],
  ['NZ', 'Pacific/Auckland'],
  ['PT', 'Europe/Lisbon'],
  ['RU', 'Europe/Moscow'],
  ['UA', 'Europe/Kyiv'],
  ['US', 'America/New_York'],
  ['UZ', 'Asia/Tashkent'],
]);

/** Countries in the middle of those that share a currency. */
const COUNTRY_OF_SHARED: ReadonlyMap<string, string> = new Map([
  ['EUR', 'DE'],
  ['XAF', 'CM'],
  ['XOF', 'SN'],
  ['XCD', 'LC'],
]);

const UTC = 'UTC';

/** The time zone of a country in ISO 3166-1 alpha-2; UTC if it is unknown. */
export function zoneOf(country: string | null): string {
  if (country === null || !/^[A-Z]{2}$/.test(country)) return UTC;
  const main = MAIN_ZONES.get(country);
  if (main !== undefined) return main;
  const locale: Intl.Locale & { readonly timeZones?: readonly string[]; getTimeZones?(): readonly string[] } =
    new Intl.Locale(`und-${country}`);
  return (locale.getTimeZones?.() ?? locale.timeZones)?.[0] ?? UTC;
}

/** The country whose currency it is; for a shared one, a country in its middle. */
export const countryOf = (currency: string): string =>
  COUNTRY_OF_SHARED.get(currency) ?? currency.slice(0, 2);
