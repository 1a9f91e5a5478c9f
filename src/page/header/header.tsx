import { myBoard, pinned } from '../board/my-board.js';
import { changeMarket } from '../filter/other-market.js';
import { market, markets } from '../market.js';
import { PickButton } from '../picture/pick-button.js';
import { show } from '../route.js';
import { number, t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
import { tell } from '../ui/said.js';
import { SearchField } from './search-field.js';

export const Header = () => (
  <header class="header">
    <Link to={{ at: 'home' }} class="wordmark">
      Vitrine
    </Link>
    <SearchField />
    <nav class="header-tools" aria-label={t.value.tools}>
      <PickButton class="round" label={t.value.usePicture}>
        <Icon name="camera" />
      </PickButton>
      <BoardButton />
      {markets.value.length > 1 ? null : (
        // Its place, so that nothing moves when the market is known.
        <span class="market">
          <span class="market-shown">{markets.value[0]?.currencyCode}</span>
        </span>
      )}
      {markets.value.length < 2 ? null : (
        <label class="market">
          <span class="unseen">{t.value.market}</span>
          <select
            value={market.value ?? ''}
            onChange={({ currentTarget }) => changeMarket(currentTarget.value)}
          >
            {markets.value.map(({ handle, name, currencyCode }) => (
              <option key={handle} value={handle}>
                {`${name} (${currencyCode})`}
              </option>
            ))}
          </select>
          <span class="market-shown" aria-hidden="true">
            {markets.value.find(({ handle }) => handle === market.value)?.currencyCode}
          </span>
        </label>
      )}
    </nav>
  </header>
);

/** Leads to this browser's board, and says how much is liked there; before the first pin, how to begin. */
function BoardButton() {
  const board = myBoard.value;
  const likes = [...pinned.value.values()].filter(({ positive }) => positive).length;
  const name = likes === 0 ? t.value.board : t.value.boardOf(number(likes));
  return (
    <button
      class={likes === 0 ? 'round board-button' : 'round board-button heart-full'}
      type="button"
      aria-label={board === null ? t.value.noBoardYet : name}
      onClick={() => {
        if (board === null) tell(t.value.emptyBoardText);
        else show({ at: 'board', id: board });
      }}
    >
      <Icon name="heart" />
      {likes === 0 ? null : <span class="badge">{number(likes)}</span>}
    </button>
  );
}
