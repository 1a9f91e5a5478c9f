import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { beginArrival } from './arrival.js';
import { BoardView } from './board/board-view.js';
import { Header } from './header/header.js';
import { HoldBar } from './hold/hold-bar.js';
import { Home, Words } from './home/home.js';
import { askedWords } from './list/asked-words.js';
import { arrivalFailure, market } from './market.js';
import { LastSeen } from './offline/last-seen.js';
import { IncomingSheet } from './picture/incoming-sheet.js';
import { PictureView } from './picture/picture-view.js';
import { AlikeView } from './product/alike-view.js';
import { ProductView } from './product/product-view.js';
import { reloadForUpgrade } from './reload.js';
import { entry, place } from './route.js';
import { chooseLanguage, language, LANGUAGES, t } from './texts/texts.js';
import { Busy } from './ui/busy.js';
import { Icon } from './ui/icon.js';
import { Main } from './ui/main.js';
import { FailureNotice } from './ui/notice.js';
import { Said } from './ui/said.js';

/** What is the same on every view, around the one that the address says. */
export function App() {
  const [WhyPanel, setWhyPanel] = useState<ComponentType<{ close: () => void }> | null>(null);
  const { view } = place.value;
  // Another part of a picture is no other view: keys go on where they are.
  const shown = view.at === 'picture' ? view.id : entry.value;
  useEffect(() => {
    if (view.at !== 'product') document.title = t.value.titles[view.at];
    // Whoever reads the page aloud hears of the new view, and keys go on from its beginning.
    if (entry.value > 0) document.getElementById('main')?.focus({ preventScroll: true });
  }, [shown, view.at]);
  return (
    <>
      <Skip to="main">{t.value.skip}</Skip>
      {/* Lists have no end: whoever goes on with keys would never come there. */}
      <Skip to="foot">{t.value.skipToFoot}</Skip>
      <Header />
      <HoldBar />
      <Shown />
      <footer class="footer" id="foot" tabIndex={-1}>
        <label>
          <span class="unseen">{t.value.language}</span>
          <select
            value={language.value}
            onChange={({ currentTarget: { value } }) => {
              if (value === 'en' || value === 'de') chooseLanguage(value);
            }}
          >
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          class="link"
          type="button"
          onClick={() => {
            // Shoppers never open it.
            import('./why/why-panel.js').then((file) => setWhyPanel(() => file.WhyPanel), reloadForUpgrade);
          }}
        >
          <Icon name="code" /> {t.value.why}
        </button>
      </footer>
      <IncomingSheet />
      {WhyPanel === null ? null : <WhyPanel close={() => setWhyPanel(null)} />}
      <Said />
      <Busy />
    </>
  );
}

/** A link that is seen when it has the focus, to a part of the page. */
const Skip = ({ to, children }: { readonly to: string; readonly children: string }) => (
  <a
    class="skip"
    href={`#${to}`}
    onClick={(event) => {
      // Not a place of its own in the history.
      event.preventDefault();
      document.getElementById(to)?.focus();
    }}
  >
    {children}
  </a>
);

function Shown() {
  const channel = market.value;
  const failure = channel === null ? arrivalFailure.value : null;
  const { view } = place.value;
  if (failure !== null) {
    return (
      <Main class="view-expected">
        <FailureNotice failure={failure} retry={beginArrival} />
        {failure.code === 'OFFLINE' ? <LastSeen /> : null}
      </Main>
    );
  }
  if (view.at === 'home') return <Home place={place.value} channel={channel} />;
  const typed = view.at === 'words' ? view.text : place.value.filters.words;
  // Which words to ask for depends on the languages of the market.
  const isAsked = typed === null || askedWords(typed) !== null;
  if (channel === null || !isAsked) return <Main class="view-expected" />;
  const shared = { place: place.value, channel };
  switch (view.at) {
    case 'words':
      return <Words {...shared} text={view.text} />;
    case 'picture':
      return <PictureView key={view.id} {...shared} id={view.id} box={view.box} />;
    case 'alike':
      return <AlikeView key={view.handle} {...shared} handle={view.handle} />;
    case 'product':
      return <ProductView key={view.handle} channel={channel} handle={view.handle} />;
    case 'board':
      return <BoardView key={view.id} channel={channel} id={view.id} />;
  }
}
