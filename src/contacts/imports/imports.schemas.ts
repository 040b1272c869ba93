import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { idParams, momentSchema, nullableMomentSchema, pageOf, pageQuery } from '../../platform/http/schemas.ts'
import { importModes, importStatuses, rowOutcomes } from './import.ts'
import { targetHelp } from './target.ts'

const modeSchema = z
  .enum(importModes)
  .describe('What may become of a row: a new contact, a change of one that is there, or both.')
const outcomeSchema = z.enum(rowOutcomes)

const importAnswer = z
  .object({
    id: z.int(),
    fileName: z.string(),
    status: z
      .enum(importStatuses)
      .describe('`checking` and `running` go through the rows; `checked` is what a dry run ends in.'),
    encoding: z.string(),
    delimiter: z.string(),
    columns: z.array(
      z.object({
        name: z.string(),
        target: z.string().nullable().describe('What it is taken for: as it was started, else as guessed by its head.'),
        samples: z.array(z.string()).describe('The first cells that are not empty.'),
      }),
    ),
    findBy: z.array(z.string()).describe('What finds a contact: as it was started, else as it would be.'),
    mode: modeSchema.nullable(),
    labels: z.array(z.string()),
    operatorId: z.int().nullable(),
    rows: z.int().describe('How many rows there are below the head; blank ones do not count.'),
    done: z.int().describe('How many of them are done, in the present or last passage.'),
    made: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    refused: z.int(),
    createdAt: momentSchema,
    startedAt: nullableMomentSchema,
    finishedAt: nullableMomentSchema,
  })
  .meta({ id: 'ContactImport' })

const rowAnswer = z
  .object({
    number: z.int().describe('From 1, the head not counted: in a spreadsheet it stands one line lower.'),
    outcome: outcomeSchema,
    contactId: z.int().nullable(),
    reason: z.string().nullable(),
    cells: z.array(z.string()),
  })
  .meta({ id: 'ContactImportRow' })

const imports = { tag: 'contacts', access: 'write' } as const

export const postImport = operation({
  ...imports,
  id: 'uploadImport',
  method: 'post',
  path: '/contact-imports',
  summary: 'Uploads a CSV file of contacts',
  description:
    'The body is the file itself, of at most 50 MB; its first row names the columns. UTF-8, UTF-16 and windows-1251, and ' +
    'commas, semicolons, tabs and bars are recognised. Nothing becomes of the rows until the import is started.',
  query: z.object({ fileName: z.string().min(1).max(200).default('contacts.csv') }),
  consumes: 'text/csv',
  answer: importAnswer,
  status: 201,
})

export const getImports = operation({
  ...imports,
  id: 'listImports',
  method: 'get',
  path: '/contact-imports',
  summary: 'Lists the files of contacts that were uploaded, the newest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(importAnswer),
})

export const getImportById = operation({
  ...imports,
  id: 'readImport',
  method: 'get',
  path: '/contact-imports/{id}',
  summary: 'Reads how far an import is',
  access: 'read',
  params: idParams,
  answer: importAnswer,
})

export const postStart = operation({
  ...imports,
  id: 'startImport',
  method: 'post',
  path: '/contact-imports/{id}/start',
  summary: 'Makes contacts of the rows of a file, or only says what would become of them',
  description:
    'It is done in the background; `import.progressed` and `import.finished` in the stream of changes tell how far it is. ' +
    'Started again it goes through all rows anew. Of several rows about the same person only the first counts, and a row ' +
    'is refused when it leads to several contacts or holds what belongs to another one.',
  params: idParams,
  body: z.strictObject({
    targets: z
      .array(z.string().max(200).nullable())
      .max(200)
      .optional()
      .describe(
        `What each column is taken for, in their order; null leaves one out. As guessed when absent. ${targetHelp}.`,
      ),
    findBy: z
      .array(z.string().max(200))
      .max(20)
      .optional()
      .describe(
        'The targets that find a contact which is there already: id, phone, email, username, identity.KIND. When absent ' +
          'all that the columns have, a username only where there is nothing else.',
      ),
    mode: modeSchema.optional().describe('`both` when absent.'),
    labels: z.array(z.string()).max(100).optional().describe('Put on every contact that is made or found.'),
    dryRun: z.boolean().optional().describe('Makes and changes nothing.'),
  }),
  answer: importAnswer,
  status: 202,
})

export const postCancel = operation({
  ...imports,
  id: 'cancelImport',
  method: 'post',
  path: '/contact-imports/{id}/cancel',
  summary: 'Ends an import that is under way; what it has made stays',
  params: idParams,
  answer: importAnswer,
})

export const removeImport = operation({
  ...imports,
  id: 'deleteImport',
  method: 'delete',
  path: '/contact-imports/{id}',
  summary: 'Forgets a file and its report; its contacts stay',
  params: idParams,
})

export const getImportRows = operation({
  ...imports,
  id: 'listImportRows',
  method: 'get',
  path: '/contact-imports/{id}/rows',
  summary: 'Lists what became of the rows that are done, in their order',
  access: 'read',
  params: idParams,
  query: pageQuery.extend({ outcome: outcomeSchema.optional() }),
  answer: pageOf(rowAnswer),
})

export const getReport = operation({
  ...imports,
  id: 'readImportReport',
  method: 'get',
  path: '/contact-imports/{id}/report',
  summary: 'Reads the rows that are done as a CSV file, with what became of each and why',
  description:
    'A cell that a spreadsheet would take for a formula gets an apostrophe in front. Corrected rows can be imported as they are.',
  access: 'read',
  params: idParams,
  query: z.object({ outcome: outcomeSchema.optional() }),
  produces: 'text/csv',
})
