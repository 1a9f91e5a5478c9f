import type { Cells } from '../source/cells.js';
import type { Pair } from './format.js';

/**
 * The columns of an export, in English, German, French, Spanish, Portuguese, and Italian: WooCommerce writes them in the
 * language of the site. Values such as "variation" are always in English.
 */
export const COLUMNS = {
  id: ['id'],
  type: ['type', 'typ', 'tipo'],
  sku: ['sku', 'artikelnummer', 'ugs'],
  parent: ['parent', 'übergeordnetes_produkt', 'superior', 'ascendente', 'genitore'],
  name: ['name', 'nom', 'nombre', 'nome'],
  published: ['published', 'veröffentlicht', 'publié', 'publicado', 'pubblicato'],
  description: ['description', 'beschreibung', 'descripción', 'descrição', 'descrizione'],
  shortDescription: [
    'short_description',
    'kurzbeschreibung',
    'description_courte',
    'descripción_corta',
    'descrição_curta',
    'breve_descrizione',
  ],
  images: ['images', 'bilder', 'imágenes', 'imagens', 'immagine', 'immagini'],
  brands: ['brands', 'brand', 'marken', 'marques', 'marcas', 'marchi'],
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
  ],
  categories: ['categories', 'kategorien', 'catégories', 'categorías', 'categorias', 'categorie'],
  tags: ['tags', 'schlagwörter', 'étiquettes', 'etiquetas', 'tag'],
  inStock: ['in_stock?', 'vorrätig?', 'en_stock_?', '¿existencias?', '¿en_inventario?', 'em_estoque?'],
  stock: ['stock', 'bestand', 'lager', 'inventario', 'estoque', 'magazzino'],
  backorders: [
    'backorders_allowed?',
    'lieferrückstande_erlaubt?',
    'lieferrückstände_erlaubt?',
    'rückstände_erlaubt?',
    'autoriser_les_commandes_de_produits_en_rupture_?',
    '¿permitir_reservas_de_productos_agotados?',
    'são_permitidas_encomendas?',
    'abilita_gli_ordini_arretrati?',
  ],
  regularPrice: [
    'regular_price',
    'regulärer_preis',
    'tarif_régulier',
    'precio_normal',
    'preço',
    'prezzo_di_listino',
  ],
  salePrice: [
    'sale_price',
    'angebotspreis',
    'tarif_promo',
    'precio_rebajado',
    'preço_promocional',
    'prezzo_in_offerta',
  ],
  saleStarts: [
    'date_sale_price_starts',
    'datum,_an_dem_angebotspreis_beginnt',
    'date_de_début_de_promo',
    'día_en_que_empieza_el_precio_rebajado',
    'data_de_preço_promocional_começa_em',
    'data_di_partenza_del_prezzo_in_saldo',
  ],
  saleEnds: [
    'date_sale_price_ends',
    'datum,_an_dem_angebotspreis_endet',
    'date_de_fin_de_promo',
    'día_en_que_termina_el_precio_rebajado',
    'data_de_preço_promocional_termina_em',
    "data_in_cui_termina_l'offerta",
  ],
} as const satisfies Record<string, readonly string[]>;

/** A simple product with one color or size has it as an option, as a variation has. */
export const OPTIONS = /^(?:size|größe|taille|talla|tamanho|taglia|colou?r|farbe|couleur|cor|colore)$/iu;

/** The names of attributes, by their number, and the columns with their values. */
const ATTRIBUTES: readonly { readonly names: RegExp; readonly values: (position: string) => string }[] = [
  { names: /^attribute_(\d+)_name$/, values: (position) => `attribute_${position}_value(s)` },
  { names: /^attribut_(\d+)_name$/, values: (position) => `attribut_${position}_wert(e)` },
  { names: /^nom_de_l'attribut_(\d+)$/, values: (position) => `valeur(s)_de_l'attribut_${position}` },
  { names: /^nom_de_l’attribut_(\d+)$/, values: (position) => `valeur(s)_de_l’attribut_${position}` },
  { names: /^nombre_del_atributo_(\d+)$/, values: (position) => `valor(es)_del_atributo_${position}` },
  { names: /^nome_do_atributo_(\d+)$/, values: (position) => `valores_do_atributo_${position}` },
  { names: /^nome_dell['’]attributo_(\d+)$/, values: (position) => `valore_dell'attributo_${position}` },
];

/** The names of a record's attributes, and their values as they are written. */
export const attributeCells = (cells: Cells): Pair[] =>
  ATTRIBUTES.flatMap(({ names, values }) =>
    cells
      .matching(names)
      .map(({ name: position, value: name }): Pair => [name, cells.get(values(position)) ?? '']),
  );
