-- Fails the transaction when what it was reckoned with does not hold: the engine works on threads as it remembers them.
CREATE FUNCTION must_hold(holds boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF holds IS NOT TRUE THEN
    RAISE EXCEPTION 'What was reckoned with does not hold any more.' USING ERRCODE = 'PL001';
  END IF;
END $$;
