import { RequestError } from '../../errors.js';

type Availability = 'in' | 'out' | 'preorder' | 'backorder';

/** What feeds write, some of them in the language of the shop, without its spaces, hyphens, and underscores. */
const WORDS: Readonly<Record<Availability, string>> = {
  in:
    'instock available instoreonly onlineonly limitedavailability limitedstock limited auflager lieferbar ' +
    'disponible enstock disponibile emestoque opvoorraad wmagazynie dostępny dostępne skladem skladom ' +
    'ilager pålager varastossa вналичии внаявності yes true y 1',
  out:
    'outofstock soldout discontinued unavailable notavailable ausverkauft nichtlieferbar agotado épuisé ' +
    'rupturedestock esaurito esgotado uitverkocht niedostępny brakwmagazynie vyprodáno vypredané slutsåld ' +
    'utsolgt udsolgt нетвналичии немаєвнаявності unknown ondisplaytoorder no false n 0',
  preorder: 'preorder presale',
  backorder: 'backorder availablefororder madetoorder',
};

const AVAILABILITY: ReadonlyMap<string, Availability> = new Map(
  (['in', 'out', 'preorder', 'backorder'] as const).flatMap((state) =>
    WORDS[state].split(' ').map((word) => [word, state] as const),
  ),
);

/** What a feed says of being available; schema.org's names are links. Undefined: nobody knows what it means. */
export const availabilityOf = (text: string): Availability | undefined =>
  AVAILABILITY.get(
    text
      .toLowerCase()
      .replace(/^https?:\/\/schema\.org\//, '')
      .replace(/[\s_-]/g, ''),
  );

/** As `availabilityOf`. @throws RequestError BAD_USER_INPUT nobody knows what it means */
export function parseAvailability(text: string): Availability {
  const known = availabilityOf(text);
  if (known !== undefined) return known;
  throw new RequestError('BAD_USER_INPUT', 'It must be in_stock, out_of_stock, preorder, or backorder.');
}
