// Prints the sorted schema. `npm run schema` writes it to schema/schema.graphql.
import { printedSchema } from './printed-schema.js';
import { createSchema } from './schema.js';

process.stdout.write(printedSchema(createSchema()));
