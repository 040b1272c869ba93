import { join } from 'node:path'
import { apiOperations } from '../src/gateway/api-operations.ts'
import { describeApi } from '../src/gateway/openapi.ts'
import { version } from '../src/gateway/version.ts'
import { writeGenerated } from './written-file.ts'

const description = describeApi(apiOperations, version)
await writeGenerated(join(import.meta.dirname, '../docs/openapi.json'), `${JSON.stringify(description, null, 2)}\n`)
