import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { appliedSchema, declarationSchema } from './declaration.ts'

export const postApply = operation({
  id: 'applyDeclaration',
  tag: 'declarations',
  method: 'post',
  path: '/apply',
  summary: 'Brings the project to what a declaration says',
  description:
    'Things are found by their names, made where they are missing and changed where they differ; what is not named stays. ' +
    'All of it happens, or nothing. Channels and integrations that are made or changed are connected afterwards.',
  access: 'admin',
  body: declarationSchema,
  yaml: true,
  maxBody: 16_777_216,
  answer: z.object({ applied: z.array(appliedSchema) }),
})

export const getExport = operation({
  id: 'exportDeclaration',
  tag: 'declarations',
  method: 'get',
  path: '/export',
  summary: 'Reads the project as a declaration, without its secrets',
  access: 'admin',
  answer: z.record(z.string(), z.unknown()),
})
