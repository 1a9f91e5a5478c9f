import { ask, patiently } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { type PictureFragment, ShopWindowDocument } from '../generated/graphql.js';
import { Picture } from '../list/picture.js';
import { channel, type Kind, kinds, market } from '../market.js';
import { NO_FILTERS } from '../place.js';
import { t, translated } from '../texts/texts.js';
import { Link } from '../ui/link.js';

/** As many as the operation asks for. */
const SHOWN = 6;

/** A picture of each kind of things, to begin with. */
export function Kinds() {
  const shown = kinds.value.slice(0, SHOWN);
  const { value } = useAnswer(shown.length === 0 ? null : `kinds ${market.value}`, (signal) =>
    patiently(() => picturesOf(channel(), shown, signal), signal),
  );
  if (kinds.value.length < 2 && kinds.value.length > 0) return null;
  return (
    <nav aria-label={t.value.shopByKind}>
      <ul class="kinds">
        {shown.length === 0
          ? // Their places, so that nothing moves when they are known.
            Array.from({ length: SHOWN }, (_none, index) => (
              <li key={index}>
                <span class="kinds-picture" />
                <span class="kinds-name">&nbsp;</span>
              </li>
            ))
          : shown.map((kind, index) => (
              <KindLink key={kind.handle} kind={kind} picture={value?.[index] ?? null} />
            ))}
      </ul>
    </nav>
  );
}

interface KindLinkProps {
  readonly kind: Kind;
  readonly picture: PictureFragment | null;
}

const KindLink = ({ kind: { handle, name }, picture }: KindLinkProps) => (
  <li>
    <Link to={{ at: 'home' }} filters={{ ...NO_FILTERS, categories: [handle] }}>
      <span class="kinds-picture">
        {picture === null ? null : (
          <Picture picture={picture} sizes="(min-width: 720px) 16vw, 6.5rem" alt="" />
        )}
      </span>
      <span class="kinds-name">{translated(name)}</span>
    </Link>
  </li>
);

async function picturesOf(
  channel: string,
  shown: readonly Kind[],
  signal: AbortSignal,
): Promise<(PictureFragment | null)[]> {
  const [a = [], b = [], c = [], d = [], e = [], f = []] = shown.map(({ handle }) => [handle]);
  const found = await ask(ShopWindowDocument, { channel, a, b, c, d, e, f }, (data) => data, signal);
  return [found.a, found.b, found.c, found.d, found.e, found.f].map((page) => page?.edges[0]?.image ?? null);
}
