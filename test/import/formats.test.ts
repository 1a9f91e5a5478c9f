import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { explainFeed } from '../../src/import/explain-feed.js';
import type { ProductDraft } from '../../src/import/product-draft.js';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** What every format can say, in one line for each SKU. */
function summarize({ title, handle, description, brand, category, skus }: ProductDraft) {
  const path = category.map(({ name }) => name).join(' > ');
  return [
    `${title} (${handle}) by ${brand?.name ?? '?'}, ${path}: ${description ?? ''}`,
    ...skus.map(({ code, options, prices, currency, onHand, gtin }) => {
      const { amount, compareAt } = prices.find(({ until }) => until === null) ?? {
        amount: 0,
        compareAt: null,
      };
      const said = Object.entries(options)
        .sort()
        .map(([name, value]) => `${name} ${value}`);
      return { code, options: said.join(', '), amount, compareAt, currency, onHand, gtin };
    }),
  ];
}

const load = (name: string) => explainFeed(fixture(name), { currency: 'EUR' });

// Each fixture is the same shop, as another platform exports it.
describe('the same shop', () => {
  test.each([
    ['merchant-center.csv', 'Google Merchant Center (CSV, windows-1252)'],
    ['merchant-center.rss', 'Google Merchant Center (RSS 2.0, utf-8)'],
    ['merchant-center.atom', 'Google Merchant Center (Atom, utf-8)'],
    ['meta-catalog.csv', 'Meta catalog (CSV, utf-8)'],
    ['meta-catalog.xml', 'Meta catalog (RSS 2.0, utf-8)'],
    ['shopify.csv', 'Shopify product export (CSV, utf-8)'],
    ['woocommerce.csv', 'WooCommerce export (CSV, utf-8)'],
    ['magento.csv', 'Magento 2 export (CSV, utf-8)'],
    ['acp.jsonl', 'ACP product feed (JSON Lines, utf-8)'],
    ['shoptet.xml', 'shop XML (XML, utf-8)'],
    ['yandex-market.xml', 'shop XML (XML, utf-8)'],
  ])('is in %s', async (name, format) => {
    const expected = await load('merchant-center.tsv');
    expect(expected.report).toMatchObject({
      format: 'Google Merchant Center (TSV, utf-8)',
      products: 5,
      skus: 20,
    });
    const { report, products } = await load(name);
    expect(report).toMatchObject({ format, rejectedRows: 0, uncountedSkus: 0, productsWithoutSkus: 0 });
    expect(products.map(summarize)).toEqual(expected.products.map(summarize));
  });

  test.each([
    ['wix.csv', 'Wix product export (CSV, utf-8)', ['gtin']],
    ['vendure.csv', 'Vendure CSV (CSV, utf-8)', ['gtin', 'reductions']],
    ['heureka.xml', 'shop XML (XML, utf-8)', ['reductions', 'stock']],
  ])('is in %s, but for what its format has no column for', async (name, format, missing) => {
    const expected = await load('merchant-center.tsv');
    const { report, products } = await load(name);
    expect(report).toMatchObject({ format, rejectedRows: 0 });
    if (!missing.includes('stock')) expect(report.uncountedSkus).toBe(0);
    const withoutThem = (product: ProductDraft): ProductDraft => ({
      ...product,
      skus: product.skus.map((sku) => ({
        ...sku,
        gtin: missing.includes('gtin') ? null : sku.gtin,
        onHand: missing.includes('stock') && sku.onHand !== 0 ? null : sku.onHand,
        prices: missing.includes('reductions')
          ? sku.prices.map((price) => ({ ...price, compareAt: null }))
          : sku.prices,
      })),
    });
    expect(products.map(summarize)).toEqual(expected.products.map(withoutThem).map(summarize));
  });

  // As public exports have them. The curly apostrophe is WooCommerce's own.
  test.each([
    [
      'German',
      'ID,Typ,Artikelnummer,"GTIN, UPC, EAN oder ISBN",Name,Veröffentlicht,Ist hervorgehoben?,Sichtbarkeit im Katalog,Kurzbeschreibung,Beschreibung,"Datum, an dem Angebotspreis beginnt","Datum, an dem Angebotspreis endet",Steuerstatus,Vorrätig?,Bestand,Lieferrückstande erlaubt?,Angebotspreis,Regulärer Preis,Kategorien,Schlagwörter,Bilder,Übergeordnetes Produkt,Marken,Attribut 1 Name,Attribut 1 Wert(e),Attribut 1 Sichtbar,Attribut 1 Global,Attribut 2 Name,Attribut 2 Wert(e),Attribut 2 Sichtbar,Attribut 2 Global',
    ],
    [
      'French',
      'ID,Type,UGS,"GTIN, UPC, EAN ou ISBN",Nom,Publié,"Mis en avant ?","Visibilité dans le catalogue","Description courte",Description,"Date de début de promo","Date de fin de promo","État de la TVA","En stock ?",Stock,"Autoriser les commandes de produits en rupture ?","Tarif promo","Tarif régulier",Catégories,Étiquettes,Images,Parent,Marques,Nom de l’attribut 1,Valeur(s) de l’attribut 1 ,Attribut 1 visible,Attribut 1 global,Nom de l’attribut 2,Valeur(s) de l’attribut 2 ,Attribut 2 visible,Attribut 2 global',
    ],
    [
      'Spanish',
      'ID,Tipo,SKU,"GTIN, UPC, EAN o ISBN",Nombre,Publicado,¿Está destacado?,Visibilidad en el catálogo,Descripción corta,Descripción,Día en que empieza el precio rebajado,Día en que termina el precio rebajado,Estado del impuesto,¿Existencias?,Inventario,¿Permitir reservas de productos agotados?,Precio rebajado,Precio normal,Categorías,Etiquetas,Imágenes,Superior,Marcas,Nombre del atributo 1,Valor(es) del atributo 1,Atributo visible 1,Atributo global 1,Nombre del atributo 2,Valor(es) del atributo 2,Atributo visible 2,Atributo global 2',
    ],
    [
      'Portuguese',
      'ID,Tipo,SKU,"GTIN, UPC, EAN, ou ISBN",Nome,Publicado,Em destaque?,Visibilidade no catálogo,Descrição curta,Descrição,Data de preço promocional começa em,Data de preço promocional termina em,Status do imposto,Em estoque?,Estoque,São permitidas encomendas?,Preço promocional,Preço,Categorias,Tags,Imagens,Ascendente,Marcas,Nome do atributo 1,Valores do atributo 1,Visibilidade do atributo 1,Atributo global 1,Nome do atributo 2,Valores do atributo 2,Visibilidade do atributo 2,Atributo global 2',
    ],
    [
      'Italian',
      "ID,Tipo,SKU,\"GTIN, UPC, EAN, o ISBN\",Nome,Pubblicato,In primo piano?,Visibilità nel catalogo,Breve descrizione,Descrizione,Data di partenza del prezzo in saldo,\"Data in cui termina l'offerta\",Stato delle imposte,In stock?,Magazzino,Abilita gli ordini arretrati?,Prezzo in offerta,Prezzo di listino,Categorie,Tag,Immagine,Genitore,Marchi,Nome dell'attributo 1,Valore dell'attributo 1,Attributo 1 visibile,Attributo 1 globale,Nome dell'attributo 2,Valore dell'attributo 2,Attributo 2 visibile,Attributo 2 globale",
    ],
    [
      'Dutch',
      'ID,Type,SKU,"GTIN, UPC, EAN of ISBN",Naam,Gepubliceerd,Uitgelicht?,Zichtbaarheid in catalogus,Korte beschrijving,Beschrijving,Startdatum actieprijs,Einddatum actieprijs,Btw status,Op voorraad?,Voorraad,Nabestellingen toestaan?,Actieprijs,Reguliere prijs,Categorieën,Tags,Afbeeldingen,Hoofd,Merken,Naam eigenschap 1,Waarde eigenschap 1,Zichtbare eigenschap 1,Globale eigenschap 1,Naam eigenschap 2,Waarde eigenschap 2,Zichtbare eigenschap 2,Globale eigenschap 2',
    ],
    [
      'Russian',
      'ID,Тип,Артикул,"GTIN, UPC, EAN или ISBN",Имя,Опубликован,рекомендуемый?,Видимость в каталоге,Краткое описание,Описание,Дата начала действия скидки,Дата окончания действия скидки,Статус налога,Наличие,Запасы,Возможен ли предзаказ?,Акционная цена,Базовая цена,Категории,Метки,Изображения,Родительский,Бренды,Название атрибута 1,Значения атрибутов 1,Видимость атрибута 1,Глобальный атрибут 1,Название атрибута 2,Значения атрибутов 2,Видимость атрибута 2,Глобальный атрибут 2',
    ],
  ])('is in woocommerce.csv of a %s site', async (_, header) => {
    const folder = await mkdtemp(join(tmpdir(), 'feed-'));
    try {
      const english = await readFile(fixture('woocommerce.csv'), 'utf8');
      const feed = join(folder, 'feed.csv');
      await writeFile(feed, `${header}${english.slice(english.indexOf('\n'))}`);
      const expected = await load('woocommerce.csv');
      const { report, products } = await explainFeed(feed, { currency: 'EUR' });
      expect(report).toMatchObject({ format: 'WooCommerce export (CSV, utf-8)', rejectedRows: 0 });
      expect(report.unreadColumns).toHaveLength(expected.report.unreadColumns.length);
      expect(products).toEqual(expected.products);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('has a title, a page, and options of its own in merchant-center.tsv', async () => {
    const { products } = await load('merchant-center.tsv');
    const [coat, dress, , , scarf] = products;
    expect(coat).toMatchObject({
      title: 'Larch Coat',
      url: 'https://shop.example.com/larch-coat',
      description: 'A long coat of wool, "heavy" and warm.',
    });
    expect(coat?.skus.map(({ url }) => url)).toEqual(
      [1, 2, 3, 4].map((variant) => `https://shop.example.com/larch-coat?variant=${variant}`),
    );
    expect(dress?.skus[0]?.prices).toEqual([{ amount: 5950, compareAt: 7950, from: null, until: null }]);
    expect(scarf?.skus.map(({ options }) => options)).toEqual([
      { color: 'Grey', material: 'Wool' },
      { color: 'Red', material: 'Wool' },
      { color: 'Grey', material: 'Silk' },
      { color: 'Red', material: 'Silk' },
    ]);
  });
});

test('stock at stores is recognized', async () => {
  const { report, stock } = await load('local-inventory.tsv');
  expect(report.format).toBe('Google local inventory (TSV, utf-8)');
  expect(stock).toHaveLength(20);
  expect(stock[0]).toBe('LC-GN-S at Köln 1: 4');
});

test('drafts and translations are left out, and named', async () => {
  expect((await load('shopify.csv')).report.skipped).toEqual(
    new Map([['the product is not published', { count: 1, first: expect.objectContaining({ line: 22 }) }]]),
  );
  expect(
    (await load('magento.csv')).report.skipped.get(
      'the row translates another row: import it with --language',
    ),
  ).toMatchObject({
    count: 5,
  });
});

test('the deepest of several categories of Magento counts, whatever is between them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'feed-'));
  try {
    for (const mark of [',', '|']) {
      const feed = join(folder, 'feed.csv');
      await writeFile(
        feed,
        `sku,product_type,attribute_set_code,name,price,qty,categories\na,simple,Default,A,9,1,"Default Category/Gear${mark}Default Category/Gear/Bags"\n`,
      );
      const { products } = await explainFeed(feed, { currency: 'EUR' });
      expect(products).toMatchObject([{ category: [{ name: 'Gear' }, { name: 'Bags' }] }]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what WooCommerce does not sell, because it has no price, is left out, and named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'feed-'));
  try {
    const feed = join(folder, 'feed.csv');
    await writeFile(feed, 'ID,Type,SKU,Name,Published,Regular price\n1,simple,a,A,1,\n2,simple,b,B,1,9\n');
    expect((await explainFeed(feed, { currency: 'EUR' })).report).toMatchObject({
      skus: 1,
      rejectedRows: 0,
      skipped: new Map([['the product has no price, and the shop does not sell it', { count: 1 }]]),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('columns that nothing reads are named', async () => {
  const { report } = await load('local-inventory.tsv');
  expect(report.unreadColumns).toEqual([
    { column: 'price', rows: 20 },
    { column: 'pickup_method', rows: 20 },
  ]);
});
