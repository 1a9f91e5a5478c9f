import { ask } from '../api/ask.js';
import { isAbort } from '../api/failure.js';
import { useAnswer } from '../api/use-answer.js';
import { chosenLabel } from '../filter/chosen-label.js';
import { chosenIn, toWhere } from '../filter/filters.js';
import { HowManyDocument } from '../generated/graphql.js';
import { type Place, writePlace } from '../place.js';
import { go } from '../route.js';
import { number, t } from '../texts/texts.js';
import { askedWords } from './asked-words.js';

/** What somebody asked for, without one of its words or choices. */
interface Alternative {
  readonly without: string;
  readonly place: Place;
}

interface Offer extends Alternative {
  readonly count: number;
  readonly isMore: boolean;
}

/** Each is a count of its own. */
const MAX_ALTERNATIVES = 6;
/** What fits above the fold of a phone. */
const MAX_OFFERS = 4;

/** Offers what there is without one of the words or choices, where all of them together find nothing. */
export function LeaveOut({ place, channel }: { readonly place: Place; readonly channel: string }) {
  const { value } = useAnswer(`leave out ${channel}${writePlace(place)}`, (signal) =>
    offersOf(place, channel, signal),
  );
  if (value === null || value.length === 0) return null;
  return (
    <ul class="leave-out" aria-label={t.value.leaveOut}>
      {value.slice(0, MAX_OFFERS).map(({ without, place: next, count, isMore }) => (
        <li key={writePlace(next)}>
          <button class="chip" type="button" onClick={() => go(next)}>
            {t.value.withoutOne(t.value.count(number(count), isMore), without)}
          </button>
        </li>
      ))}
    </ul>
  );
}

async function offersOf(place: Place, channel: string, signal: AbortSignal): Promise<Offer[]> {
  const offers = await Promise.all(
    alternativesTo(place).map(async (alternative): Promise<Offer[]> => {
      const { view, filters } = alternative.place;
      const { totalCount } = await ask(
        HowManyDocument,
        { channel, text: view.at === 'words' ? askedWords(view.text) : null, where: toWhere(filters) },
        (data) => data.products,
        signal,
      ).catch((error: unknown) => {
        if (isAbort(error)) throw error;
        // The others are offers without it.
        return { totalCount: null };
      });
      if (totalCount == null || totalCount.count === 0) return [];
      return [{ ...alternative, count: totalCount.count, isMore: totalCount.precision === 'AT_LEAST' }];
    }),
  );
  return offers.flat();
}

function alternativesTo(place: Place): Alternative[] {
  const { view, filters } = place;
  const words = view.at === 'words' ? (view.text.match(/"[^"]*"|\S+/g) ?? []) : [];
  const choices = chosenIn(filters).map(({ name, value, without }) => ({
    without: chosenLabel(name, value, null),
    place: { ...place, filters: { ...filters, ...without } },
  }));
  // A word that was typed twice is left out twice.
  const fewer = [...new Set(words)].map((word): Alternative => {
    const text = words.filter((one) => one !== word).join(' ');
    return { without: word, place: { ...place, view: { at: 'words', text } } };
  });
  // Without the only word or choice, there would be everything.
  if (choices.length + fewer.length < 2) return [];
  return [...choices, ...(fewer.length < 2 ? [] : fewer)].slice(0, MAX_ALTERNATIVES);
}
