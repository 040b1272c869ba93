import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'

/** The largest file that is taken, in bytes: what the messengers themselves let through. */
export const largestFile = 100 * 1024 * 1024

export const keptFileSchema = z
  .object({
    kept: z.string().describe("The SHA-256 of its content: what a media part's `file.kept` says."),
    size: z.int().describe('Bytes.'),
    mime: z.string().describe('What its content shows it to be, else what was said.'),
  })
  .meta({ id: 'KeptFile' })

export const postFile = operation({
  tag: 'files',
  id: 'keepFile',
  method: 'post',
  path: '/files',
  summary: 'Keeps a file, so that messages can carry it',
  description: 'The body is the file, with its media type in `content-type`. The same content is kept once.',
  access: 'write',
  consumes: '*/*',
  maxBody: largestFile,
  answer: keptFileSchema,
  status: 201,
})

export const getFile = operation({
  tag: 'files',
  id: 'readFile',
  method: 'get',
  path: '/files/{kept}',
  summary: 'Reads a kept file',
  access: 'read',
  params: z.object({ kept: z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of a kept file, in hex') }),
  produces: '*/*',
})
