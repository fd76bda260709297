"""The pages: the front desk for people. Server-rendered, Japanese first, complete without JavaScript.

They call the very functions the JSON routes call; here is only what people see and fill in.
"""
