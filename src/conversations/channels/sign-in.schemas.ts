import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import { idParams } from '../../platform/http/schemas.ts'

const start = z.discriminatedUnion('by', [
  z.strictObject({
    do: z.literal('start'),
    by: z.literal('phone'),
    phone: z
      .string()
      .regex(/^\+\d{5,15}$/, 'expected a phone with its country code, such as +491701234567')
      .describe('E.164.'),
  }),
  z.strictObject({ do: z.literal('start'), by: z.literal('qr') }),
])

const step = z.discriminatedUnion('do', [
  start,
  z.strictObject({ do: z.literal('code'), code: z.string().min(1).max(64) }),
  z.strictObject({ do: z.literal('password'), password: z.string().min(1).max(256) }),
  z.strictObject({ do: z.literal('sign_out') }),
])

/** One step of signing in, as the API takes it. */
export const signInStepSchema = step.meta({ id: 'SignInStep' })

export const signInSchema = z
  .object({
    waitsFor: z
      .enum(['start', 'qr', 'code', 'password', 'nothing'])
      .describe('What is to be done next; nothing when signed in.'),
    qr: z.string().optional().describe('What the QR code is to hold.'),
    expiresAt: z.iso.datetime().optional().describe('Until when the code counts.'),
    hint: z.string().optional().describe('Where the code was sent, or the hint of the password.'),
    page: z
      .string()
      .describe('A page on which the steps can be done by hand; whoever has its address can do so for an hour.'),
  })
  .meta({ id: 'SignIn' })

const signIn = { tag: 'channels', path: '/channels/{id}/sign-in', access: 'admin', params: idParams } as const

export const getSignIn = operation({
  ...signIn,
  id: 'readSignIn',
  method: 'get',
  summary: 'Reads what signing in to the account of a channel waits for',
  answer: signInSchema,
})

export const postSignIn = operation({
  ...signIn,
  id: 'signIn',
  method: 'post',
  summary: 'Does a step of signing in to the account of a channel, or signs out',
  description:
    'Answers what is to be done next. A QR code changes now and then: read it again until nothing is waited for.',
  body: signInStepSchema,
  answer: signInSchema,
})
