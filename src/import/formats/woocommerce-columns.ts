import type { Cells } from '../source/cells.js';
import type { Pair } from './format.js';

/**
 * The columns of an export, in English, German, French, Spanish, Portuguese, Italian, Dutch, and Russian (of two
 * versions): WooCommerce writes them in the language of the site. Values such as "variation" are always in English.
 */
export const COLUMNS = {
  id: ['id'],
  type: ['type', 'typ', 'tipo', 'тип'],
  sku: ['sku', 'artikelnummer', 'ugs', 'артикул'],
  parent: ['parent', 'übergeordnetes_produkt', 'superior', 'ascendente', 'genitore', 'hoofd', 'родительский'],
  name: ['name', 'nom', 'nombre', 'nome', 'naam', 'имя'],
  published: [
    'published',
    'veröffentlicht',
    'publié',
    'publicado',
    'pubblicato',
    'gepubliceerd',
    'опубликован',
  ],
  description: [
    'description',
    'beschreibung',
    'descripción',
    'descrição',
    'descrizione',
    'beschrijving',
    'описание',
  ],
  shortDescription: [
    'short_description',
    'kurzbeschreibung',
    'description_courte',
    'descripción_corta',
    'descrição_curta',
    'breve_descrizione',
    'korte_beschrijving',
    'korte_omschrijving',
    'краткое_описание',
    'короткое_описание',
  ],
  images: ['images', 'bilder', 'imágenes', 'imagens', 'immagine', 'immagini', 'afbeeldingen', 'изображения'],
  brands: ['brands', 'brand', 'marken', 'marques', 'marcas', 'marchi', 'merken', 'бренды'],
  gtin: [
    'gtin,_upc,_ean,_or_isbn',
    'gtin,_upc,_ean_oder_isbn',
    'gtin,_upc,_ean_ou_isbn',
    'gtin,_upc,_ean,_ou_isbn',
    'gtin,_upc,_ean_o_isbn',
    'gtin,_upc,_ean,_o_isbn',
    'meta:__global_unique_id',
    'gtin',
    'ean',
    'gtin,_upc,_ean_of_isbn',
    'gtin,_upc,_ean_или_isbn',
  ],
  categories: [
    'categories',
    'kategorien',
    'catégories',
    'categorías',
    'categorias',
    'categorie',
    'categorieën',
    'категории',
  ],
  tags: ['tags', 'schlagwörter', 'étiquettes', 'etiquetas', 'tag', 'метки'],
  inStock: [
    'in_stock?',
    'vorrätig?',
    'en_stock_?',
    '¿existencias?',
    '¿en_inventario?',
    'em_estoque?',
    'op_voorraad?',
    'в_наличии?',
    'наличие',
  ],
  stock: ['stock', 'bestand', 'lager', 'inventario', 'estoque', 'magazzino', 'voorraad', 'запасы'],
  backorders: [
    'backorders_allowed?',
    'lieferrückstande_erlaubt?',
    'lieferrückstände_erlaubt?',
    'rückstände_erlaubt?',
    'autoriser_les_commandes_de_produits_en_rupture_?',
    '¿permitir_reservas_de_productos_agotados?',
    'são_permitidas_encomendas?',
    'abilita_gli_ordini_arretrati?',
    'nabestellingen_toestaan?',
    'возможен_ли_предзаказ?',
  ],
  regularPrice: [
    'regular_price',
    'regulärer_preis',
    'tarif_régulier',
    'precio_normal',
    'preço',
    'prezzo_di_listino',
    'reguliere_prijs',
    'базовая_цена',
  ],
  salePrice: [
    'sale_price',
    'angebotspreis',
    'tarif_promo',
    'precio_rebajado',
    'preço_promocional',
    'prezzo_in_offerta',
    'actieprijs',
    'акционная_цена',
    'цена_распродажи',
  ],
  saleStarts: [
    'date_sale_price_starts',
    'datum,_an_dem_angebotspreis_beginnt',
    'date_de_début_de_promo',
    'día_en_que_empieza_el_precio_rebajado',
    'data_de_preço_promocional_começa_em',
    'data_di_partenza_del_prezzo_in_saldo',
    'startdatum_actieprijs',
    'дата_начала_действия_скидки',
    'дата_начала_действия_продажной_цены',
  ],
  saleEnds: [
    'date_sale_price_ends',
    'datum,_an_dem_angebotspreis_endet',
    'date_de_fin_de_promo',
    'día_en_que_termina_el_precio_rebajado',
    'data_de_preço_promocional_termina_em',
    "data_in_cui_termina_l'offerta",
    'einddatum_actieprijs',
    'дата_окончания_действия_скидки',
    'дата_окончания_действия_продажной_цены',
  ],
} as const satisfies Record<string, readonly string[]>;

/** A simple product with one color or size has it as an option, as a variation has. */
export const OPTIONS =
  /^(?:size|größe|taille|talla|talle|tamanho|taglia|maat|размер|colou?r|farbe|couleur|cor|colore|kleur|цвет)$/iu;

/** The names of attributes, by their number, and the columns with their values. */
const ATTRIBUTES: readonly { readonly names: RegExp; readonly values: (position: string) => string }[] = [
  { names: /^attribute_(\d+)_name$/, values: (position) => `attribute_${position}_value(s)` },
  { names: /^attribut_(\d+)_name$/, values: (position) => `attribut_${position}_wert(e)` },
  { names: /^nom_de_l'attribut_(\d+)$/, values: (position) => `valeur(s)_de_l'attribut_${position}` },
  { names: /^nom_de_l’attribut_(\d+)$/, values: (position) => `valeur(s)_de_l’attribut_${position}` },
  { names: /^nombre_del_atributo_(\d+)$/, values: (position) => `valor(es)_del_atributo_${position}` },
  { names: /^nome_do_atributo_(\d+)$/, values: (position) => `valores_do_atributo_${position}` },
  { names: /^naam_eigenschap_(\d+)$/, values: (position) => `waarde_eigenschap_${position}` },
  { names: /^имя_атрибута_(\d+)$/, values: (position) => `значение(-я)_аттрибута(-ов)_${position}` },
  { names: /^название_атрибута_(\d+)$/, values: (position) => `значения_атрибутов_${position}` },
  { names: /^nome_dell['’]attributo_(\d+)$/, values: (position) => `valore_dell'attributo_${position}` },
];

/** The names of a record's attributes, and their values as they are written. */
export const attributeCells = (cells: Cells): Pair[] =>
  ATTRIBUTES.flatMap(({ names, values }) =>
    cells
      .matching(names)
      .map(({ name: position, value: name }): Pair => [name, cells.get(values(position)) ?? '']),
  );
