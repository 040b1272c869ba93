import type { Hono } from 'hono'
import { AppError } from '../../platform/errors.ts'

export const carsPath = '/demo/cars'

const stock = [
  { model: 'Fjord Compact', year: 2021, price: 11_900 },
  { model: 'Skerry Estate', year: 2022, price: 18_500 },
  { model: 'Tundra Hybrid', year: 2023, price: 26_400 },
  { model: 'Aurora Electric', year: 2025, price: 39_900 },
  { model: 'Glacier Coupé', year: 2026, price: 64_000 },
]

/**
 * Mounts `/demo/cars?budget=25000`, which stands in for another system that a flow asks: the dearest car within the budget in
 * euros, or 404 when there is none.
 */
export function mountCars(app: Hono): void {
  app.get(carsPath, (c) => {
    const text = c.req.query('budget') ?? ''
    const budget = Number(text)
    if (text.trim() === '' || !Number.isFinite(budget)) {
      throw new AppError('invalid', `budget is "${text.slice(0, 40)}"; expected a number such as 25000.`)
    }
    const car = stock.findLast(({ price }) => price <= budget)
    if (!car) throw new AppError('not_found', `There is no car for ${budget} € or less.`)
    return c.json({ car: { ...car, currency: 'EUR' } })
  })
}
