import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import {
  idParams,
  idSchema,
  momentSchema,
  nullableMomentSchema,
  pageOf,
  pageQuery,
} from '../../platform/http/schemas.ts'
import { newSalesPlanSchema } from './create-sales-plan.ts'
import { planMeasures } from './sales-plan.ts'
import { salesPlanUpdateSchema } from './update-sales-plan.ts'

const planSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    measure: z.enum(planMeasures),
    target: z.number(),
    currency: z.string().nullable(),
    startsAt: nullableMomentSchema,
    endsAt: nullableMomentSchema,
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'SalesPlan' })

const progressSchema = z
  .object({
    contacts: z.int().describe('Contacts that were added within the period.'),
    wonDeals: z.int().describe("Deals of the plan's contacts that were won within the period, in its currency."),
    wonBudget: z.number().describe('What these are worth together.'),
    value: z.number().describe('The one of these that the plan counts.'),
    target: z.number(),
    percent: z.number().describe('Of the target; above 100 when more was reached.'),
  })
  .meta({ id: 'SalesPlanProgress' })

const entrySchema = z
  .object({
    contact: z.object({
      id: z.int(),
      firstName: z.string().nullable(),
      lastName: z.string().nullable(),
      username: z.string().nullable(),
    }),
    dealId: z.int().nullable().describe('The deal that the contact came with.'),
    addedAt: momentSchema,
  })
  .meta({ id: 'SalesPlanEntry' })

const plans = { tag: 'sales plans' } as const
const entryParams = idParams.extend({ contactId: idSchema })

export const getPlans = operation({
  ...plans,
  id: 'listSalesPlans',
  method: 'get',
  path: '/sales-plans',
  summary: 'Lists the sales plans, the oldest first',
  access: 'read',
  query: pageQuery.extend({ contactId: idSchema.optional().describe('Only those that this contact is in.') }),
  answer: pageOf(planSchema),
})

export const postPlan = operation({
  ...plans,
  id: 'createSalesPlan',
  method: 'post',
  path: '/sales-plans',
  summary: 'Makes a sales plan',
  access: 'admin',
  body: newSalesPlanSchema,
  answer: planSchema,
  status: 201,
})

export const getPlanById = operation({
  ...plans,
  id: 'readSalesPlan',
  method: 'get',
  path: '/sales-plans/{id}',
  summary: 'Reads a sales plan and how far it has come',
  access: 'read',
  params: idParams,
  answer: planSchema.extend({ progress: progressSchema }).meta({ id: 'SalesPlanWithProgress' }),
})

export const patchPlan = operation({
  ...plans,
  id: 'updateSalesPlan',
  method: 'patch',
  path: '/sales-plans/{id}',
  summary: 'Changes what is given of a sales plan',
  access: 'admin',
  params: idParams,
  body: salesPlanUpdateSchema,
  answer: planSchema,
})

export const removePlan = operation({
  ...plans,
  id: 'deleteSalesPlan',
  method: 'delete',
  path: '/sales-plans/{id}',
  summary: 'Removes a sales plan; the contacts in it stay',
  access: 'admin',
  params: idParams,
})

export const getEntries = operation({
  ...plans,
  id: 'listSalesPlanContacts',
  method: 'get',
  path: '/sales-plans/{id}/contacts',
  summary: 'Lists who is in a sales plan, those added last first',
  access: 'read',
  params: idParams,
  query: pageQuery,
  answer: pageOf(entrySchema),
})

export const putEntry = operation({
  ...plans,
  id: 'addToSalesPlan',
  method: 'put',
  path: '/sales-plans/{id}/contacts/{contactId}',
  summary: 'Adds a contact to a sales plan; one that is in it stays as it was',
  access: 'write',
  params: entryParams,
  body: z.strictObject({ dealId: z.int().nullable().optional().describe('The deal that the contact comes with.') }),
  answer: z.object({ planId: z.int(), contactId: z.int(), dealId: z.int().nullable(), addedAt: momentSchema }),
})

export const removeEntry = operation({
  ...plans,
  id: 'removeFromSalesPlan',
  method: 'delete',
  path: '/sales-plans/{id}/contacts/{contactId}',
  summary: 'Takes a contact out of a sales plan',
  access: 'write',
  params: entryParams,
})
