import { myBoard } from '../board/my-board.js';
import { changeMarket } from '../filter/other-market.js';
import { market, markets } from '../market.js';
import { PickButton } from '../picture/pick-button.js';
import { show } from '../route.js';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Link } from '../ui/link.js';
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

function BoardButton() {
  const board = myBoard.value;
  const label = board === null ? t.value.noBoardYet : t.value.board;
  return (
    <button
      class="round"
      type="button"
      aria-label={label}
      title={label}
      disabled={board === null}
      onClick={() => {
        if (board !== null) show({ at: 'board', id: board });
      }}
    >
      <Icon name="heart" />
    </button>
  );
}
